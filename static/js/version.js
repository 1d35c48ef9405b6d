// @ts-check
/** The page of one version: its code can be copied. */

import { addCopyButtons } from "./code.js";

addCopyButtons(document);
