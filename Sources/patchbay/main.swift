import Glibc
import PatchbayCLI

exit(await Patchbay.main())
