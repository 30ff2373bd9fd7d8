/// What the makers of a model say about it, in sections as they wrote them.
package struct ModelCard: Sendable, Hashable {
    package struct Section: Sendable, Hashable {
        package var id: String
        package var title: String
        /// Where there are groups, `fields` are not shown.
        package var groups: [Group]
        package var fields: [Field]
        package init(id: String, title: String, groups: [Group] = [], fields: [Field] = []) {
            (self.id, self.title, self.groups, self.fields) = (id, title, groups, fields)
        }
    }

    package struct Group: Sendable, Hashable {
        package var title: String
        package var fields: [Field]
        package init(title: String, fields: [Field]) { (self.title, self.fields) = (title, fields) }
    }

    package struct Field: Sendable, Hashable {
        package var label: String
        package var value: String
        package init(label: String, value: String) { (self.label, self.value) = (label, value) }
    }

    package var modelName: String
    package var version: String
    package var releaseDate: String?
    package var sections: [Section]
    /// http or https.
    package var learnMoreURL: String?

    package init(modelName: String, version: String, releaseDate: String? = nil, sections: [Section] = [], learnMoreURL: String? = nil) {
        (self.modelName, self.version, self.releaseDate, self.sections, self.learnMoreURL) =
            (modelName, version, releaseDate, sections, learnMoreURL)
    }
}
