package import JSON

/// The `exports` of a package.json (nodejs.org, § Packages: package entry points), as far as it concerns loading: subpaths, patterns, conditions.
package struct PackageExports: Sendable {
    /// Sets of conditions, most wanted first; a set is tried when those before it led nowhere.
    package struct Conditions: Sendable {
        let sets: [Set<String>]

        /// What code of the hub's workers is imported by. A package that only knows `require`, or names Node, is still accepted.
        package static let server = Conditions(sets: [
            ["patchbay", "import", "default"], ["patchbay", "import", "require", "default"],
            ["patchbay", "import", "module", "require", "node", "default"],
        ])
        /// What a page is.
        package static let browser = Conditions(sets: [
            ["patchbay", "browser", "import", "default"], ["patchbay", "browser", "import", "module", "require", "default"],
        ])
    }

    /// How deep conditions may lie in each other.
    private static let depthMax = 16
    private static let targetsMax = 32

    private let value: JSONValue

    package init(_ value: JSONValue) { self.value = value }

    /// The targets of a subpath (`.` or `./name`), best first, as written: `./dist/index.js`. Only those inside the package; empty when there is
    /// none.
    package func targets(of subpath: String, for conditions: Conditions = .server) -> [String] {
        guard let (target, star) = entry(of: subpath) else { return [] }
        var found: [String] = []
        for set in conditions.sets {
            for text in resolve(target, set, depth: 0) ?? [] where found.count < Self.targetsMax {
                let path = star.map { text.replacing("*", with: $0) } ?? text
                if Self.isInside(path), !found.contains(path) { found.append(path) }
            }
        }
        return found
    }

    /// The value for a subpath, and what stands for its `*`.
    private func entry(of subpath: String) -> (JSONValue, Substring?)? {
        guard case .object(let object) = value, object.keys.contains(where: { $0.hasPrefix(".") }) else {
            return subpath == "." ? (value, nil) : nil
        }
        if let exact = object[subpath], !subpath.contains("*") { return (exact, nil) }
        // The pattern with the longest part before its star wins.
        var best: (key: String, target: JSONValue, star: Substring)?
        for (key, target) in object {
            let parts = key.split(separator: "*", omittingEmptySubsequences: false)
            guard parts.count == 2, subpath.hasPrefix(parts[0]), subpath.hasSuffix(parts[1]),
                subpath.count > parts[0].count + parts[1].count
            else { continue }
            if let known = best, known.key.count >= key.count { continue }
            best = (key, target, subpath.dropFirst(parts[0].count).dropLast(parts[1].count))
        }
        return best.map { ($0.target, $0.star) }
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

    private static func isInside(_ path: String) -> Bool {
        path.hasPrefix("./") && !path.split(separator: "/").dropFirst().contains { $0 == ".." || $0 == "." || $0 == "node_modules" }
    }
}
