// @ts-check
/** The page of one version: its code can be copied, its changes walked through. */

import { addCopyButtons } from "./code.js";
import { walkChanges } from "./walk.js";

addCopyButtons(document);
walkChanges(document);
