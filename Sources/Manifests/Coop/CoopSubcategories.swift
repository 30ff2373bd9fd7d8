import JSON
import PluginModel

/// Builds the tree of a signal's subcategories from a flat list whose entries name their children, or takes one that is a tree already.
enum SubcategoryTree {
    typealias Subcategory = Contribution.Signal.Subcategory

    static let nodesMax = 1000
    static let depthMax = 16

    struct Node {
        let id: String
        let label: String
        let description: String?
        let children: [String]
        var nested: [JSONValue] = []
    }

    static func read(_ value: JSONValue?, of type: String, at pointer: JSONPointer, _ notes: inout CoopNotes) -> [Subcategory] {
        guard let list = value?.arrayValue, !list.isEmpty else { return [] }
        if list.count > nodesMax {
            notes.add(
                .warning, "signal-subcategories", pointer,
                "The signal \"\(type)\" has \(list.count) subcategories; the first \(nodesMax) are used.")
        }
        var nodes: [Node] = []
        for item in list.prefix(nodesMax) {
            if let node = node(item), !nodes.contains(where: { $0.id == node.id }) { nodes.append(node) }
        }
        let tree = tree(nodes)
        if tree.isEmpty {
            notes.add(
                .warning, "signal-subcategories", pointer, "The subcategories of \"\(type)\" are each other's children, so none is shown.")
        }
        return tree
    }

    /// The trees of nodes that nobody has for a child. Ids differ.
    static func tree(_ nodes: [Node]) -> [Subcategory] {
        let children = Set(nodes.flatMap(\.children))
        var left = nodesMax
        let byID = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0) })
        return nodes.filter { !children.contains($0.id) }.compactMap { tree($0, byID, above: [], &left) }
    }

    private static func node(_ item: JSONValue) -> Node? {
        guard let id = item["id"]?.stringValue, !id.isEmpty else { return nil }
        return Node(
            id: id, label: item["label"]?.stringValue ?? id, description: item["description"]?.stringValue,
            children: item["childrenIds"]?.arrayValue?.compactMap(\.stringValue) ?? [], nested: item["children"]?.arrayValue ?? [])
    }

    /// A node that is its own ancestor is left out; so is what lies too deep or goes beyond the count, since a child may hang in many places.
    private static func tree(_ node: Node, _ byID: [String: Node], above: [String], _ left: inout Int) -> Subcategory? {
        guard left > 0, above.count < depthMax, !above.contains(node.id) else { return nil }
        left -= 1
        let here = above + [node.id]
        var children: [Subcategory] = []
        for child in node.children.compactMap({ byID[$0] }) + node.nested.compactMap(Self.node) {
            if let built = tree(child, byID, above: here, &left) { children.append(built) }
        }
        return Subcategory(id: node.id, label: node.label, description: node.description, children: children)
    }
}
