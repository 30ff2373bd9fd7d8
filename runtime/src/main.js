// The prelude: what every worker evaluates before it knows which plugin it will run. scripts/build-runtime says how it is called.
import { installGlobals } from './globals/install.js';
import { makePump } from './pump/pump.js';

prelude.pump = makePump(native, installGlobals);
