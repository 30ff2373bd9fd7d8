import JSON
import PluginModel

/// What findings about an extension of Coco AI are called. The first six kinds of a check are upstream's own names.
enum CocoCode: String, Sendable, CaseIterable {
    // General ones, shared with other formats.
    case missing = "manifest.missing"
    case unreadable = "manifest.unreadable"
    case tooLarge = "manifest.too-large"
    case malformed = "manifest.malformed"
    case wrongType = "manifest.wrong-type"
    case tooMany = "manifest.too-many"
    case unknownKey = "manifest.unknown-key"

    // The checks of section 5.
    case fieldsNotAllowed = "coco.fields-not-allowed"
    case fieldRequired = "coco.field-required"
    case typesNotAllowedForSub = "coco.types-not-allowed-for-sub-extension"
    case fieldsNotAllowedForSub = "coco.fields-not-allowed-for-sub-extension"
    case subHasMorePlatforms = "coco.sub-extension-has-more-supported-platforms"
    case duplicateSubID = "coco.duplicate-sub-extension-id"

    // Version and platform.
    case invalidMinimumVersion = "coco.invalid-minimum-version"
    case incompatibleApp = "coco.incompatible-app"
    case invalidAnnouncedVersion = "coco.invalid-announced-version"
    case incompatiblePlatform = "coco.incompatible-platform"
    case noPlatforms = "coco.no-platforms"
    case otherPlatform = "coco.other-platform"

    // Words and texts.
    case unknownType = "coco.unknown-type"
    case unknownPlatform = "coco.unknown-platform"
    case unknownAccess = "coco.unknown-access"
    case invalidQuicklink = "coco.invalid-quicklink"
    case unsupportedType = "coco.unsupported-type"
    case duplicateKey = "coco.duplicate-key"
    case halfSize = "coco.half-size"
    case permissionsAlias = "coco.permissions-alias"
    case legacyTitle = "coco.legacy-title"

    // Names.
    case noFolderName = "coco.no-folder-name"
    case unsafeID = "coco.unsafe-id"
    case idNotFolder = "coco.id-not-folder"
    case developer = "coco.developer"

    // Files.
    case missingFile = "coco.missing-file"
    case missingProgram = "coco.missing-program"
    case missingPicture = "coco.missing-picture"
    case pathOutside = "coco.path-outside"
    case iconOutside = "coco.icon-outside"

    // Rights.
    case invalidHost = "coco.invalid-host"
    case unknownAPI = "coco.unknown-api"
    case relativePath = "coco.relative-path"
    case permissionWithoutView = "coco.permission-without-view"
    case undeclaredPageHost = "coco.undeclared-page-host"

    case moreFindings = "coco.more-findings"
}

/// Collects findings about one extension, in the order they are made.
struct CocoNotes {
    /// More are counted and not kept; a file with this many faults needs another look altogether.
    static let findingsMax = 500

    private var kept: [Finding] = []
    private var leftOut = 0
    private var leftOutErrors = 0
    /// Whether an error was noted, kept or not.
    private(set) var hasErrors = false

    /// The texts are made only for findings that are kept.
    mutating func add(
        _ severity: Finding.Severity, _ code: CocoCode, _ pointer: @autoclosure () -> JSONPointer, _ sentence: @autoclosure () -> String,
        remedy: @autoclosure () -> String? = nil, file: String = CocoReader.fileName
    ) {
        add(severity, code, place: .document(file: file, pointer: pointer()), sentence(), remedy: remedy())
    }

    mutating func add(
        _ severity: Finding.Severity, _ code: CocoCode, place: @autoclosure () -> Finding.Place, _ sentence: @autoclosure () -> String,
        remedy: @autoclosure () -> String? = nil
    ) {
        if severity == .error { hasErrors = true }
        guard kept.count < Self.findingsMax else {
            leftOut += 1
            if severity == .error { leftOutErrors += 1 }
            return
        }
        kept.append(Finding(severity, code: code.rawValue, place: place(), sentence(), remedy: remedy()))
    }

    /// The findings, and one that counts those left out.
    var findings: [Finding] {
        guard leftOut > 0 else { return kept }
        let last = Finding(
            leftOutErrors > 0 ? .error : .notice, code: CocoCode.moreFindings.rawValue, place: .file(CocoReader.fileName),
            "There are \(leftOut) more findings, \(leftOutErrors) of them errors; at most \(Self.findingsMax) are listed.",
            remedy: "Mend those listed first.")
        return kept + [last]
    }
}
