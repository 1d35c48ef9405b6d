// @ts-check
/** The comparison of two versions: its changes can be walked through. */

import { walkChanges } from "./walk.js";

walkChanges(document);
