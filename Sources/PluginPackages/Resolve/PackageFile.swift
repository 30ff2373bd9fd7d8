import JSON

/// What resolution needs of a `package.json`.
struct PackageFile: Sendable, Hashable {
    static let name = "package.json"
    static let bytesMax = 1 << 20

    let packageName: String?
    let version: String?
    let main: String?
    /// Nil when absent or null, as for Node.
    let exports: JSONValue?
    /// Names under dependencies, optionalDependencies and peerDependencies, sorted.
    let dependencyNames: [String]
    /// `patchbay.permissions`, as it stands there.
    let permissions: JSONValue?

    /// Reads the file of a folder; nil when there is none. `reason` of the error goes into a sentence.
    static func read(folder: String, followingSymlinks: Bool = true) throws(ResolutionError) -> PackageFile? {
        let path = Paths.join(folder, name)
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, bytesMax: bytesMax, followingSymlinks: followingSymlinks)
        } catch .missing {
            return nil
        } catch {
            throw ResolutionError(cause: error.sentence)
        }
        do {
            return PackageFile(try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax, depthMax: 64)))
        } catch {
            throw ResolutionError(cause: "Invalid package config \(path). \(error.message) (line \(error.line), column \(error.column))")
        }
    }

    private init(_ document: JSONValue) {
        packageName = document["name"]?.stringValue
        version = document["version"]?.stringValue
        main = document["main"]?.stringValue
        exports = document["exports"].flatMap { $0.isNull ? nil : $0 }
        permissions = document["patchbay"]?["permissions"]
        let groups = ["dependencies", "optionalDependencies", "peerDependencies"]
        dependencyNames = Set(groups.flatMap { document[$0]?.objectValue?.keys ?? [] }).sorted()
    }
}

/// Why a package cannot be found or has no entry; `cause` stands after "Failed to load integration package "<spec>": ".
package struct ResolutionError: Error, Sendable, Hashable {
    package let cause: String
}

/// A package's name as npm allows it, with or without a scope: also safe as a path of one or two parts.
func isPackageName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let hasScope = name.hasPrefix("@")
    guard name.utf8.count <= 214, parts.count == (hasScope ? 2 : 1) else { return false }
    return parts.enumerated().allSatisfy { index, part in
        let word = hasScope && index == 0 ? part.dropFirst() : part
        return !word.isEmpty && !word.hasPrefix(".")
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): true
                default: false
                }
            }
    }
}
