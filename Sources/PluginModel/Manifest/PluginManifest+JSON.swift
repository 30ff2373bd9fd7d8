package import JSON

/// The model as programs read it: `patchbay plugin inspect --json`, and the API. Absent members are left out; lists are always there.
extension PluginManifest {
    package var json: JSONValue {
        JSONObject.of(
            ("id", .string(id.rawValue)), ("upstreamId", upstreamID == id.rawValue ? nil : .string(upstreamID)),
            ("aliases", aliases.isEmpty ? nil : .strings(aliases)), ("format", .string(format.rawValue)), ("dialect", .text(dialect)),
            ("name", .string(name)), ("version", .text(version)), ("publisher", publisher?.json),
            ("contributors", contributors.isEmpty ? nil : .array(contributors.map(\.json))), ("description", .text(description)),
            ("category", .text(category)), ("tags", tags.isEmpty ? nil : .strings(tags)), ("icon", icon?.json),
            ("logo", logos.plain?.json), ("logoWithBackground", logos.withBackground?.json),
            ("screenshots", screenshots.isEmpty ? nil : .array(screenshots.map(\.json))), ("docsUrl", .text(docsURL)),
            ("homepageUrl", .text(homepageURL)), ("sourceUrl", .text(sourceURL)), ("license", .text(license)),
            ("modelCard", modelCard?.json), ("platforms", platforms?.json), ("engine", engine?.json),
            ("entry", .text(entry?.text)), ("uiEntry", .text(uiEntry?.text)), ("configuration", .array(configuration.map(\.json))),
            ("requiresConfiguration", requiresConfiguration ? true : nil),
            ("furtherConfiguration", takesFurtherConfiguration ? true : nil), ("configurationSchema", configurationSchema),
            ("permissions", .array(permissions.map(\.json))), ("contributions", .array(contributions.map(\.json))),
            ("signalCatalog", hasSignalCatalog ? true : nil), ("context", context?.json),
            ("localisations", localisations.isEmpty ? nil : localisationsJSON), ("initialState", initialState.json))
    }

    /// `{"command": 2, "view": 1}`, in the order of the kinds.
    package var contributionCountsJSON: JSONValue {
        let counts = contributionCounts
        return .object(JSONObject(Contribution.Kind.allCases.compactMap { kind in counts[kind].map { (kind.rawValue, .int(Int64($0))) } }))
    }

    private var localisationsJSON: JSONValue {
        .object(
            JSONObject(
                localisations.sorted { $0.key < $1.key }.map { language, texts in
                    (language, .object(JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
                }))
    }
}

extension Publisher {
    var json: JSONValue {
        JSONObject.of(
            ("id", .text(id)), ("name", .string(name)), ("url", .text(url)), ("email", .text(email)), ("image", image?.json),
            ("about", .text(about)), ("location", .text(location)),
            (
                "accounts",
                accounts.isEmpty
                    ? nil : .object(JSONObject(accounts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            ))
    }
}

extension Image {
    var json: JSONValue {
        switch self {
        case .file(let path): ["file": .string(path.text)]
        case .url(let url): ["url": .string(url)]
        case .glyph(let code): ["glyph": .string(code)]
        }
    }
}

extension Screenshot {
    var json: JSONValue { JSONObject.of(("title", .text(title)), ("image", image.json)) }
}

extension EngineRequirement {
    var json: JSONValue {
        ["engine": .string(engine), "range": .string(range), "offered": .string(offered), "isSatisfied": .bool(isSatisfied)]
    }
}

extension InitialState {
    /// Nil when it says nothing.
    var json: JSONValue? {
        self == InitialState()
            ? nil : JSONObject.of(("enabled", .bool(isEnabled)), ("alias", .text(alias)), ("hotkey", .text(hotkey)))
    }
}

extension ModelCard {
    var json: JSONValue {
        func list(_ fields: [Field]) -> JSONValue {
            .array(fields.map { ["label": .string($0.label), "value": .string($0.value)] })
        }
        return JSONObject.of(
            ("modelName", .string(modelName)), ("version", .string(version)), ("releaseDate", .text(releaseDate)),
            ("learnMoreUrl", .text(learnMoreURL)),
            (
                "sections",
                .array(
                    sections.map { section in
                        JSONObject.of(
                            ("id", .string(section.id)), ("title", .string(section.title)),
                            (
                                "groups",
                                section.groups.isEmpty
                                    ? nil : .array(section.groups.map { ["title": .string($0.title), "fields": list($0.fields)] })
                            ), ("fields", list(section.fields)))
                    })
            ))
    }
}

extension ConfigField {
    package var json: JSONValue {
        JSONObject.of(
            ("key", .string(key)), ("kind", .string(kind.name)), ("label", .string(label)), ("help", .text(help)),
            ("placeholder", .text(placeholder)), ("default", isSecret ? nil : defaultValue), ("required", .bool(isRequired)),
            ("secret", .bool(isSecret)), ("secretUse", secretUse?.json),
            (
                "options",
                options.isEmpty ? nil : .array(options.map { ["value": $0.value, "label": .string($0.label)] })
            ), ("limits", limits.json), ("origin", .string(origin.description)))
    }
}

extension ConfigField.Limits {
    /// Nil when there are none.
    var json: JSONValue? {
        self == Self()
            ? nil
            : JSONObject.of(
                ("minimum", minimum.map(JSONValue.double)), ("maximum", maximum.map(JSONValue.double)),
                ("lengthMin", lengthMin.map { .int(Int64($0)) }), ("lengthMax", lengthMax.map { .int(Int64($0)) }),
                ("countMax", countMax.map { .int(Int64($0)) }), ("pattern", .text(pattern)))
    }
}

extension ConfigField.SecretUse {
    var json: JSONValue {
        switch self {
        case .header(let name, let prefix, let hosts):
            ["in": "header", "name": .string(name), "prefix": .string(prefix), "hosts": .strings(hosts)]
        case .query(let name, let hosts): ["in": "query", "name": .string(name), "hosts": .strings(hosts)]
        case .basic(let user, let hosts): ["in": "basic", "user": .string(user), "hosts": .strings(hosts)]
        case .hmac(let header, let algorithm, let hosts):
            ["in": "hmac", "header": .string(header), "algorithm": .string(algorithm), "hosts": .strings(hosts)]
        }
    }
}

extension PermissionRequest {
    package var json: JSONValue {
        JSONObject.of(
            ("permission", .string(text)), ("reason", .text(reason)), ("optional", .bool(isOptional)),
            ("origin", .string(origin.description)))
    }
}
