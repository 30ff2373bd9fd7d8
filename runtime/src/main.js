// Placeholder entry of the prelude until the pump arrives: hands out the installer.
import { installGlobals } from './globals/install.js';

prelude.installGlobals = installGlobals;
