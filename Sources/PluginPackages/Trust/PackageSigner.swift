import CSodium
import Glibc
import JSON
import Manifests
package import PluginModel

/// A publisher's key pair, as it lies in a file of mode 0600: `{ "algorithm": "ed25519", "publisher", "publicKey", "secretKey" }`.
package struct SigningKey: Sendable, Hashable {
    package let publisher: String
    /// Base64 of 32 bytes.
    package let publicKey: String
    private let secret: [UInt8]
    private static let secretBytes = 64
    private static let fileBytesMax = 8 << 10

    private init(publisher: String, publicKey: String, secret: [UInt8]) {
        (self.publisher, self.publicKey, self.secret) = (publisher, publicKey, secret)
    }

    /// A new pair, of libsodium's randomness.
    package static func make(publisher: String) throws(StoreError) -> SigningKey {
        guard !publisher.isEmpty, publisher.unicodeScalars.count <= PackageSignature.publisherCharactersMax else {
            throw .refused(
                "signature.key-unusable", "A publisher's name has 1 to \(PackageSignature.publisherCharactersMax) characters.",
                remedy: "Shorten it.", turn: .caller)
        }
        var key = [UInt8](repeating: 0, count: PackageSignature.keyBytes)
        var secret = [UInt8](repeating: 0, count: secretBytes)
        precondition(sodium_init() >= 0, "libsodium cannot start; see `patchbay doctor`")
        crypto_sign_keypair(&key, &secret)
        return SigningKey(publisher: publisher, publicKey: Base64.text(key), secret: secret)
    }

    /// Writes the pair to a file that must not exist yet, for its owner's eyes alone.
    package func write(to path: String) throws(StoreError) {
        let document: JSONValue = [
            "algorithm": .string(PackageSignature.algorithm), "publisher": .string(publisher), "publicKey": .string(publicKey),
            "secretKey": .string(Base64.text(secret)),
        ]
        do { try SmallFile.write(Array((document.serialized(pretty: true) + "\n").utf8), toNew: path) } catch {
            throw .refused(
                "signature.key-unusable", "The key's file cannot be written: \(error.sentence)",
                remedy: "Name a file that does not exist yet; an old key is never overwritten.", turn: .caller)
        }
    }

    package static func read(_ path: String) throws(StoreError) -> SigningKey {
        func unusable(_ reason: String, _ remedy: String = "Name a file that `patchbay plugin sign` made.") -> StoreError {
            .refused("signature.key-unusable", "The key in '\(visible(path))' cannot be used: \(reason).", remedy: remedy, turn: .caller)
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw unusable(systemErrorText(errno)) }
        guard status.st_mode & 0o077 == 0 else {
            throw unusable("others than its owner may read it", "chmod 600 \(shellWord(path)); if others may have read it, make a new key.")
        }
        guard let bytes = try? SmallFile.read(path, bytesMax: fileBytesMax), let document = try? JSONValue(parsing: bytes) else {
            throw unusable("it is not JSON")
        }
        guard document["algorithm"]?.stringValue == PackageSignature.algorithm, let publisher = document["publisher"]?.stringValue,
            let publicKey = document["publicKey"]?.stringValue, Base64.bytes(publicKey, count: PackageSignature.keyBytes) != nil,
            let secret = document["secretKey"]?.stringValue.flatMap({ Base64.bytes($0, count: secretBytes) })
        else { throw unusable("a part is missing") }
        // An Ed25519 secret key of libsodium ends in its public key.
        guard Base64.text(Array(secret.suffix(PackageSignature.keyBytes))) == publicKey else {
            throw unusable("its two halves do not belong together")
        }
        return SigningKey(publisher: publisher, publicKey: publicKey, secret: secret)
    }

    func sign(_ message: [UInt8]) -> String {
        var signature = [UInt8](repeating: 0, count: PackageSignature.signatureBytes)
        crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
        return Base64.text(signature)
    }
}

/// Signs packages and looks at signatures.
package struct PackageSigner: Sendable {
    package let limits: ArchiveLimits

    package init(limits: ArchiveLimits = .default) { self.limits = limits }

    /// Writes `patchbay.signature.json` into a package's folder, in place of one that is there. `id` and `version` are the manifest's.
    @discardableResult
    package func sign(_ folder: String, id: PluginID, version: String?, with key: SigningKey) throws(StoreError) -> PackageSignature {
        let package = try Self.open(folder)
        let listing = try ContentListing.of(package, limits: limits)
        let message = PackageSignature.message(id: id, version: version, contentHash: listing.contentHash)
        let signature = PackageSignature(key: key.publicKey, publisher: key.publisher, signature: key.sign(message))
        let bytes = Array((signature.json.serialized(pretty: true) + "\n").utf8)
        try AtomicFile.write(bytes, to: Paths.join(package.path, PackageSignature.fileName), mode: 0o644)
        return signature
    }

    /// Nil for a package without a signature; throws `signature.invalid` for one whose signature is of other files, another id or version.
    package func verify(_ folder: String, id: PluginID, version: String?) throws(StoreError) -> PackageSignature? {
        let package = try Self.open(folder)
        guard let signature = try PackageSignature.read(in: package) else { return nil }
        let listing = try ContentListing.of(package, limits: limits)
        guard signature.isGood(id: id, version: version, contentHash: listing.contentHash) else { throw Self.invalid(signature) }
        return signature
    }

    /// The content hash of a package's folder as it would be installed.
    package func contentHash(of folder: String) throws(StoreError) -> String {
        try ContentListing.of(Self.open(folder), limits: limits).contentHash
    }

    static func invalid(_ signature: PackageSignature) -> StoreError {
        .rejected(
            Finding(
                .error, code: "signature.invalid", place: .file(PackageSignature.fileName),
                "The signature of '\(visible(signature.publisher))' is not of these files under this id and version.",
                remedy: "Get the package anew; its publisher signs again after every change."))
    }

    static func open(_ folder: String) throws(StoreError) -> BeneathFolder {
        do { return try BeneathFolder(folder) } catch {
            guard error == .missing else {
                throw .refused(
                    "package.unreadable", "The folder '\(visible(folder))' cannot be read.", remedy: "Check who may read it.", turn: .caller
                )
            }
            throw .refused("package.not-found", "There is no folder '\(visible(folder))'.", remedy: "Check the path.", turn: .caller)
        }
    }
}
