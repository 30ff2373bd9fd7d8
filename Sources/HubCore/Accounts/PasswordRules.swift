package import PluginModel

/// Which passwords are taken: long ones. No rules of kinds of characters, which make passwords worse (NIST SP 800-63B § 5.1.1.2).
package enum PasswordRules {
    /// In characters, below which guessing is too easy.
    package static let lengthMin = 12
    /// Characters of a password of digits alone, which has as many tries as twelve of letters.
    package static let digitsMin = 20
    /// In bytes; argon2id takes any length, a request should not.
    package static let bytesMax = 1024

    package static func check(_ password: Secret, email: String) throws(Fault) {
        guard password.count <= bytesMax, let text = password.text else {
            throw AccountFault.badPassword("has more than \(bytesMax) bytes")
        }
        guard text.count >= lengthMin else { throw AccountFault.badPassword("has fewer than \(lengthMin) characters") }
        let lower = text.lowercased()
        let name = email.prefix { $0 != "@" }
        guard lower != email.lowercased(), name.isEmpty || reduced(lower) != reduced(String(name).lowercased()) else {
            throw AccountFault.badPassword("is the e-mail address")
        }
        guard text.count >= digitsMin || !text.allSatisfy(\.isNumber) else {
            throw AccountFault.badPassword("has only digits, and fewer than \(digitsMin)")
        }
        guard Set(lower).count >= 4, !worst.contains(reduced(lower)) else { throw AccountFault.badPassword("is one of those tried first") }
    }

    /// Without what people put in front, behind and between to get over a length.
    private static func reduced(_ text: String) -> String {
        var text = text.filter { $0.isLetter || $0.isNumber }
        while let last = text.last, last.isNumber { text.removeLast() }
        return text
    }

    /// Words that lead the published lists and grow past twelve characters by digits and signs; and this program's own.
    private static let worst: Set<String> = [
        "password", "passwordpassword", "passwort", "passw0rd", "p4ssw0rd", "qwerty", "qwertyuiop", "qwertyqwerty",
        "qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop", "asdfghjkl", "asdfghjklzxcvbnm", "zxcvbnm", "abcdefghijkl",
        "abcdefghijklm", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "abcabcabcabc", "letmein", "letmeinletmein", "iloveyou",
        "iloveyouiloveyou", "welcome", "welcomewelcome", "monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman",
        "batman", "trustno", "changeme", "changemechangeme", "changemenow", "administrator", "adminadmin", "adminadminadmin", "admin",
        "rootroot", "rootrootroot", "root", "testtesttest", "test", "secret", "secretsecret", "default", "defaultpassword", "mypassword",
        "thisismypassword", "correcthorsebatterystaple", "patchbay", "patchbaypatchbay", "patchbayadmin", "q1w2e3r4t5y6", "1q2w3e4r5t6y",
        "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfv", "zaq12wsxcde",
    ]
}
