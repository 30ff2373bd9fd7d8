/// The version of Patchbay itself: what `patchbay --version` prints, and what requests of plugins are sent with.
package let hubVersion = "0.1.0"
