import PluginModel

/// What can go wrong with people, what they sign in with, and what they may do.
enum AccountFault {
    static func emailTaken() -> Fault {
        Fault(
            code: "account.email-taken", message: "Somebody else has this e-mail address.", remedy: "Use another address.", turn: .caller)
    }

    static func slugTaken() -> Fault {
        Fault(
            code: "account.slug-taken", message: "Another organisation has this short name.", remedy: "Use another one.", turn: .caller)
    }

    static func busy() -> Fault {
        Fault(
            code: "account.busy", message: "Too many people are signing in at this moment.", remedy: "Try again in a few seconds.",
            turn: .caller)
    }

    static func tooManyTries(wait: Duration) -> Fault {
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        return Fault(
            code: "account.too-many-tries", message: "There were too many tries from this address or for this account.",
            remedy: "Wait \(seconds) s, then try again.", turn: .caller)
    }

    /// One text for every reason, so that nobody learns who has an account.
    static func signInFailed() -> Fault {
        Fault(
            code: "account.sign-in-failed", message: "E-mail address and password do not belong together.",
            remedy: "Check both; an administrator can give a code for a new password.", turn: .caller)
    }

    static func signedOut() -> Fault {
        Fault(
            code: "account.not-signed-in", message: "Nobody is signed in with this session or token, or not any more.",
            remedy: "Sign in, or use another token.", turn: .caller)
    }

    static func badCSRFToken() -> Fault {
        Fault(
            code: "account.csrf", message: "The request does not prove that it comes from a page of this hub.",
            remedy: "Load the page again.", turn: .caller)
    }

    static func denied(_ action: HubAction, in organisation: Organisation.ID?) -> Fault {
        Fault(
            code: "account.not-allowed",
            message: "This needs '\(action.rawValue)'\(organisation == nil ? " for the hub" : " in the organisation").",
            remedy: "Ask somebody who may, or for a role or a token that may.", turn: .caller)
    }

    static func roleTooHigh(_ role: Role) -> Fault {
        Fault(
            code: "account.role-too-high", message: "Only somebody with at least the role '\(role.rawValue)' may give or take it.",
            remedy: "Ask somebody who has it.", turn: .caller)
    }

    static func scopeTooWide(_ scopes: [HubAction]) -> Fault {
        Fault(
            code: "account.scope-too-wide",
            message: "A token may do no more than its owner, who may not: \(scopes.map(\.rawValue).joined(separator: ", ")).",
            remedy: "Leave those scopes out.", turn: .caller)
    }

    static func tokenByToken() -> Fault {
        Fault(
            code: "account.token-by-token", message: "A token cannot make or change what people sign in with.",
            remedy: "Sign in and do it there.", turn: .caller)
    }

    static func tooMany(_ what: String, max: Int) -> Fault {
        Fault(code: "account.too-many", message: "There are already \(max) \(what).", remedy: "Remove one first.", turn: .caller)
    }

    static func notFound(_ what: String) -> Fault {
        Fault(code: "account.not-found", message: "There is no such \(what).", remedy: "Look at the list again.", turn: .caller)
    }

    static func noAccount(_ email: String) -> Fault {
        Fault(
            code: "account.not-found", message: "Nobody has an account with the address \(email).",
            remedy: "Correct it, or ask an administrator of the hub to make the account.", turn: .caller)
    }

    static func invalid(_ what: String, _ why: String) -> Fault {
        Fault(code: "account.invalid", message: "The \(what) \(why).", remedy: "Correct it and send it again.", turn: .caller)
    }

    static func badPassword(_ why: String) -> Fault {
        Fault(
            code: "account.bad-password", message: "The password \(why).", remedy: "Take a longer one; a few unrelated words are good.",
            turn: .caller)
    }

    static func wrongPassword() -> Fault {
        Fault(
            code: "account.wrong-password", message: "This is not the present password.", remedy: "Try again, or ask for a code.",
            turn: .caller)
    }

    static func lastAdministrator() -> Fault {
        Fault(
            code: "account.last-administrator", message: "Without them nobody could administer the hub.",
            remedy: "Make somebody else an administrator first.", turn: .caller)
    }

    static func badCode() -> Fault {
        Fault(
            code: "account.bad-code", message: "The code is wrong, was used, or is too old.",
            remedy: "Ask an administrator for another one.",
            turn: .caller)
    }

    static func badSetupCode() -> Fault {
        Fault(
            code: "account.bad-setup-code", message: "This is not the setup code.",
            remedy: "Read it where the hub was started; each start prints another one.", turn: .caller)
    }

    static func alreadySetUp() -> Fault {
        Fault(code: "account.already-set-up", message: "The hub has been set up.", remedy: "Sign in.", turn: .caller)
    }

    static func changedMeanwhile() -> Fault {
        Fault(
            code: "account.changed-meanwhile", message: "What would go is no longer what was shown.",
            remedy: "Look at it again, then repeat the removal.", turn: .caller)
    }

    static func notInvited() -> Fault {
        Fault(
            code: "account.not-invited", message: "The provider vouches for somebody whom this hub does not let in.",
            remedy: "Ask an administrator for an invitation to that address.", turn: .operator)
    }
}
