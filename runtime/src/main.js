// The prelude: what every worker evaluates before it knows which plugin it will run.
import { installGlobals } from './globals/install.js';
import { makePump } from './pump/pump.js';

module.exports = (native) => makePump(native, installGlobals);
