import CSodium
import JSON
import Manifests
package import PluginModel

/// `patchbay.signature.json`, which lies at the top of a signed package: `{ "algorithm": "ed25519", "key", "publisher", "signature" }`.
///
/// Signed is the text `patchbay-package-v1\n<plugin id>\n<version>\n<content hash>`, so that a signature says of these files that they are this
/// version of this plugin, and nothing else. A package without a version signs `none`.
package struct PackageSignature: Sendable, Hashable {
    package static let fileName = "patchbay.signature.json"
    package static let bytesMax = 8 << 10
    static let algorithm = "ed25519"
    static let keyBytes = 32
    static let signatureBytes = 64
    static let publisherCharactersMax = 200

    /// Base64 of 32 bytes.
    package let key: String
    /// What the key's owner calls himself; the key is what counts.
    package let publisher: String
    /// Base64 of 64 bytes.
    package let signature: String

    init(key: String, publisher: String, signature: String) { (self.key, self.publisher, self.signature) = (key, publisher, signature) }

    /// Reads the file's bytes.
    package init(parsing bytes: [UInt8]) throws(StoreError) {
        func malformed(_ reason: String) -> StoreError {
            .rejected(
                Finding(
                    .error, code: "signature.malformed", place: .file(Self.fileName), "The signature cannot be read: \(reason).",
                    remedy: "Sign the package anew with `patchbay plugin sign`."))
        }
        guard bytes.count <= Self.bytesMax else { throw malformed("it is longer than \(Self.bytesMax) bytes") }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: Self.bytesMax, depthMax: 4, duplicateKeys: .reject))
        } catch {
            throw malformed("it is not JSON, line \(error.line)")
        }
        guard document["algorithm"]?.stringValue == Self.algorithm else { throw malformed("its algorithm is not \"\(Self.algorithm)\"") }
        guard let key = document["key"]?.stringValue, Base64.bytes(key, count: Self.keyBytes) != nil else {
            throw malformed("its key is not the base64 of \(Self.keyBytes) bytes")
        }
        guard let signature = document["signature"]?.stringValue, Base64.bytes(signature, count: Self.signatureBytes) != nil else {
            throw malformed("the signature is not the base64 of \(Self.signatureBytes) bytes")
        }
        guard let publisher = document["publisher"]?.stringValue, !publisher.isEmpty,
            publisher.unicodeScalars.count <= Self.publisherCharactersMax
        else { throw malformed("its publisher is not a text of 1 to \(Self.publisherCharactersMax) characters") }
        self.init(key: key, publisher: publisher, signature: signature)
    }

    var json: JSONValue {
        ["algorithm": .string(Self.algorithm), "key": .string(key), "publisher": .string(publisher), "signature": .string(signature)]
    }

    static func message(id: PluginID, version: String?, contentHash: String) -> [UInt8] {
        Array("patchbay-package-v1\n\(id)\n\(version ?? "none")\n\(contentHash)".utf8)
    }

    /// Whether the key signed this content as this version of this plugin.
    package func isGood(id: PluginID, version: String?, contentHash: String) -> Bool {
        guard let key = Base64.bytes(key, count: Self.keyBytes), let signature = Base64.bytes(signature, count: Self.signatureBytes) else {
            return false
        }
        let message = Self.message(id: id, version: version, contentHash: contentHash)
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0
    }

    /// The package's signature, if it has one.
    static func read(in folder: BeneathFolder) throws(StoreError) -> PackageSignature? {
        let bytes: [UInt8]
        do { bytes = try folder.bytes(fileName, bytesMax: bytesMax, followingSymlinks: false) } catch {
            if error == .missing { return nil }
            throw .rejected(
                Finding(
                    .error, code: "signature.malformed", place: .file(fileName), "The signature's file cannot be read.",
                    remedy: "Sign the package anew with `patchbay plugin sign`."))
        }
        return try PackageSignature(parsing: bytes)
    }
}

/// Whether a version is signed, and by whom.
package enum PackageTrust: Sendable, Hashable {
    case unsigned
    case signed(key: String, publisher: String)

    package var isSigned: Bool { self != .unsigned }
}

/// The key whose owner a plugin belongs to: that of the first signed version that was installed.
package struct PinnedPublisher: Sendable, Hashable {
    package let key: String
    package let publisher: String
    /// Seconds since 1970.
    package let pinnedAt: Int64
}

/// Decides whether a version may be installed by who signed it. A value, so that every case is a line of a table.
enum TrustPolicy {
    /// What is to be pinned from now on, or why the version is refused.
    static func decide(
        _ trust: PackageTrust, pinned: PinnedPublisher?, of plugin: PluginID, allowsUnsigned: Bool, allowsOtherKey: Bool, now: Int64
    ) throws(StoreError) -> PinnedPublisher? {
        switch (trust, pinned) {
        case (.unsigned, nil): return nil
        case (.unsigned, let pinned?):
            guard allowsUnsigned else {
                throw .refused(
                    "signature.missing",
                    "This package of '\(plugin)' is not signed, but those before were signed by '\(visible(pinned.publisher))'.",
                    remedy: "Get it from its publisher, or allow an unsigned package if you know where it comes from.")
            }
            return pinned
        case (.signed(let key, let publisher), nil): return PinnedPublisher(key: key, publisher: publisher, pinnedAt: now)
        case (.signed(let key, let publisher), let pinned?):
            if key == pinned.key { return pinned }
            guard allowsOtherKey else {
                throw .refused(
                    "signature.key-changed",
                    "This package of '\(plugin)' is signed by another key ('\(visible(publisher))') than those before ('\(visible(pinned.publisher))').",
                    remedy: "Ask the publisher whether the key was changed; allow it only then.")
            }
            return PinnedPublisher(key: key, publisher: publisher, pinnedAt: now)
        }
    }
}
