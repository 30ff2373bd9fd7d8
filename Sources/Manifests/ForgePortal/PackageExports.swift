import JSON

/// The `exports` of a package.json (nodejs.org, § Packages: package entry points), as far as plugins use it: subpaths and conditions.
struct PackageExports {
    /// What is asked for, most wanted first; a package that knows only `require` or `node` is still taken.
    enum Side {
        case server
        case browser

        fileprivate var conditionSets: [Set<String>] {
            switch self {
            case .server: [["patchbay", "import", "default"], ["patchbay", "import", "node", "module", "require", "default"]]
            case .browser:
                [["patchbay", "browser", "import", "default"], ["patchbay", "browser", "import", "module", "require", "default"]]
            }
        }
    }

    /// How deep conditions may lie in each other.
    private static let depthMax = 16
    private static let targetsMax = 32

    let value: JSONValue

    /// The targets of `.` or `./name`, best first, as written. Empty when there is none.
    func targets(of subpath: String, for side: Side) -> [String] {
        guard let target = entry(of: subpath) else { return [] }
        var found: [String] = []
        for conditions in side.conditionSets {
            for path in resolve(target, conditions, depth: 0) ?? [] where !found.contains(path) && found.count < Self.targetsMax {
                found.append(path)
            }
        }
        return found
    }

    private func entry(of subpath: String) -> JSONValue? {
        guard let object = value.objectValue, object.keys.contains(where: { $0.hasPrefix(".") }) else {
            return subpath == "." ? value : nil
        }
        return object[subpath]
    }

    /// Nil when no condition matched, so that a later one may; empty when a matching one says null, which forbids.
    private func resolve(_ target: JSONValue, _ conditions: Set<String>, depth: Int) -> [String]? {
        guard depth <= Self.depthMax else { return nil }
        switch target {
        case .string(let path): return [path]
        case .null: return []
        case .array(let list):
            let all = list.prefix(Self.targetsMax).compactMap { resolve($0, conditions, depth: depth + 1) }
            return all.isEmpty ? nil : all.flatMap { $0 }
        case .object(let object):
            for (condition, nested) in object where conditions.contains(condition) {
                if let found = resolve(nested, conditions, depth: depth + 1) { return found }
            }
            return nil
        default: return nil
        }
    }
}
