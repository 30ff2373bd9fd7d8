import PluginModel

/// What can go wrong with keys and secrets. Nothing here ever holds a value or a key.
enum VaultFault {
    static func malformedKey(place: String? = nil) -> Fault {
        Fault(
            code: "vault.malformed-key", message: "A vault key is 32 bytes in base64, and what was given is not.", place: place,
            remedy: "Take the key from its backup; a new one is made by: head -c 32 /dev/urandom | base64", turn: .operator)
    }

    static func noKey() -> Fault {
        Fault(
            code: "vault.no-key", message: "There is no key for the vault.", remedy: "Give a key file, or PATCHBAY_VAULT_KEY.",
            turn: .operator)
    }

    static func tooManyKeys(max: Int) -> Fault {
        Fault(
            code: "vault.too-many-keys", message: "More than \(max) vault keys are loaded.",
            remedy: "Retire keys that seal nothing any more.", turn: .operator)
    }

    static func exposed(_ path: String, why: String) -> Fault {
        Fault(
            code: "vault.key-file-exposed", message: "The vault's key file \(why).", place: path,
            remedy: "Give it to the hub's user alone: chown and chmod 600. If others may have read it, rotate the key.", turn: .operator)
    }

    static func cannotUse(_ path: String, _ what: String, details: String?) -> Fault {
        Fault(
            code: "vault.key-file-unusable", message: "The vault's key file \(what).", place: path,
            remedy: "Check the file and its folder.", turn: .operator, details: details)
    }

    static func keyFileMissing(_ path: String) -> Fault {
        Fault(
            code: "vault.key-file-missing", message: "The database holds sealed secrets, and the vault's key file is not there.",
            place: path, remedy: "Put the key file back from its backup. A new key would open none of them, so none was made.",
            turn: .operator)
    }

    static func wrongKey(missing: [String], secrets: Int) -> Fault {
        let names = missing.joined(separator: ", ")
        return Fault(
            code: "vault.wrong-key", message: "The vault's keys are not those that sealed this database: key \(names) is missing.",
            remedy: "Load the key with that name, from the backup of the key file or of PATCHBAY_VAULT_KEY.", turn: .operator,
            details: "\(secrets) secrets are sealed by keys that are not loaded")
    }

    static func canaryDamaged(_ keyID: String) -> Fault {
        Fault(
            code: "vault.damaged", message: "What the vault keeps to prove key \(keyID) does not open with it.",
            remedy: "Restore the database from a backup; it was changed from outside.", turn: .operator)
    }

    static func damaged(_ place: SecretPlace) -> Fault {
        Fault(
            code: "vault.secret-damaged", message: "The secret '\(place.field)' does not open: it was changed, or belongs elsewhere.",
            place: place.owner, remedy: "Set the secret again.", turn: .operator)
    }

    static func keyNotLoaded(_ keyID: String, _ place: SecretPlace) -> Fault {
        Fault(
            code: "vault.key-not-loaded", message: "The secret '\(place.field)' is sealed by key \(keyID), which is not loaded.",
            place: place.owner, remedy: "Load that key and start the hub again, or set the secret again.", turn: .operator)
    }

    static func unknownKey(_ keyID: String) -> Fault {
        Fault(
            code: "vault.unknown-key", message: "No key named '\(keyID)' is loaded.", remedy: "Name one that the vault lists.",
            turn: .caller)
    }

    static func keyActive(_ keyID: String) -> Fault {
        Fault(
            code: "vault.key-active", message: "Key \(keyID) is the active one.", remedy: "Add another key and rotate first.", turn: .caller
        )
    }

    static func keyInUse(_ keyID: String, secrets: Int) -> Fault {
        Fault(
            code: "vault.key-in-use", message: "Key \(keyID) still seals \(secrets) secrets.", remedy: "Rotate until none is left.",
            turn: .caller)
    }

    static func keyRetired(_ keyID: String) -> Fault {
        Fault(
            code: "vault.key-retired", message: "Key \(keyID) was retired, and nothing is sealed by it any more.",
            remedy: "Start the hub with the key that took its place.", turn: .operator)
    }

    static func tooLarge(_ what: String, max: Int) -> Fault {
        Fault(
            code: "vault.too-large", message: "The \(what) has more than \(max) bytes.", remedy: "Store something shorter.", turn: .caller)
    }

    static func tooManyDamaged(_ count: Int) -> Fault {
        Fault(
            code: "vault.rotation-stopped", message: "The rotation stopped: \(count) secrets do not open.",
            remedy: "Restore the database from a backup, or set those secrets again.", turn: .operator)
    }
}
