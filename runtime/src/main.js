// The prelude: what every worker evaluates before it knows which plugin it will run. scripts/build-runtime makes it a script of its own;
// `patchbayPrelude` is a global that the worker sets for it, and that is gone when the prelude has looked.
import { installGlobals, removeGlobals } from './globals/install.js';
import { create } from './modules/patchbay-plugin.js';
import { makePump } from './pump/pump.js';

const { native, exports } = globalThis.patchbayPrelude;
delete globalThis.patchbayPrelude;
const { pump, rehearse } = makePump(native, installGlobals, removeGlobals, { create });
exports.pump = pump;
exports.rehearse = rehearse;
