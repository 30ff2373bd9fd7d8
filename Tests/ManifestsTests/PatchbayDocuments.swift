import JSON

@testable import Manifests

/// Documents that several suites judge.
enum PatchbayDocuments {
    /// Says everything that can be said. `schema agreement` holds it to the schema, so a member that is added there is missing here.
    static let whole: JSONValue = [
        "$schema": "../../docs/schema/patchbay.schema.json",
        "id": "acme.everything", "name": "Everything", "version": "1.2.3-beta.1", "description": "Says all there is to say.",
        "entry": "src/index.ts", "uiEntry": "ui/index.js", "aliases": ["everything"],
        "permissions": [
            "engine:jit",
            ["permission": "network:outbound:*.example.com", "reason": "Asks the weather service.", "optional": true],
        ],
        "publisher": [
            "id": "acme", "name": "Acme", "url": "https://acme.example/", "email": "plugins@acme.example", "image": "assets/acme.png",
            "about": "Makes things.", "location": "Bonn", "accounts": ["github": "acme"],
        ],
        "contributors": [["name": "Bea", "accounts": ["twitter": "bea"]]],
        "category": "Weather", "tags": ["weather", "maps"], "icon": "assets/icon.svg",
        "logos": ["plain": "assets/icon.svg", "withBackground": "https://acme.example/logo.png"],
        "screenshots": [["title": "The map", "image": "assets/map.png"]],
        "docs": "https://acme.example/docs", "homepage": "https://acme.example/", "source": "https://git.example/acme", "license": "MIT",
        "modelCard": [
            "modelName": "Skies", "version": "3", "releaseDate": "2026-01-01", "learnMore": "https://acme.example/skies",
            "sections": [
                ["id": "trainingData", "title": "Training data", "fields": [["label": "Size", "value": "Small"]]],
                [
                    "id": "limits", "title": "Limits",
                    "groups": [["title": "Language", "fields": [["label": "Best", "value": "English"]]]],
                ],
            ],
        ],
        "platforms": ["linux", "macos"], "engines": ["patchbay": ">=0.1.0 <2"],
        "configuration": [
            [
                "key": "apiKey", "type": "text", "label": "Key", "help": "From your account.", "placeholder": "sk-…", "required": true,
                "secret": true,
                "secretUse": ["header": "Authorization", "prefix": "Bearer ", "hosts": ["api.example.com"]],
            ],
            ["key": "query", "secret": true, "secretUse": ["query": "key", "hosts": ["api.example.com"]]],
            ["key": "basic", "secret": true, "secretUse": ["basic": "acme", "hosts": ["api.example.com"]]],
            ["key": "hmac", "secret": true, "secretUse": ["hmac": "X-Sign", "algorithm": "sha512", "hosts": ["api.example.com"]]],
            ["key": "notes", "type": "longText", "default": "abc", "limits": ["lengthMin": 1, "lengthMax": 10, "pattern": "^a"]],
            ["key": "factor", "type": "number", "default": 0.5, "limits": ["minimum": 0, "maximum": 1.5]],
            ["key": "count", "type": "integer", "default": 3], ["key": "on", "type": "boolean", "default": false],
            ["key": "cities", "type": "list", "default": ["Bonn"], "limits": ["countMax": 5]],
            ["key": "unit", "type": "choice", "options": ["C", ["value": "F", "label": "Fahrenheit"]], "default": "C"],
            ["key": "days", "type": "choices", "options": [1, 2, 3], "default": [1, 3]],
            ["key": "extra", "type": "json", "default": .null],
        ],
        "requiresConfiguration": true, "furtherConfiguration": true,
        "configurationSchema": ["type": "object", "dependentRequired": ["query": ["basic"]]],
        "signalCatalog": true,
        "context": ["thread": ["included": true, "messages": 10, "messagesMax": 50], "parent": ["included": true]],
        "contributions": [
            "signals": [
                [
                    "id": "STORM", "title": "Storm", "description": "How stormy.", "icon": "glyph:font_storm", "platforms": ["linux"],
                    "group": "Weather", "enabled": false, "alias": "st", "hotkey": "ctrl+s", "inputs": ["STRING"], "output": "NUMBER",
                    "languages": ["ENGLISH"],
                ],
                [
                    "id": "WIND", "title": "Wind", "platforms": ["linux"], "group": "Weather", "groupInSearch": true,
                    "inputs": ["STRING", "FULL_ITEM"],
                    "output": ["type": "STRING", "values": ["CALM", "BREEZE", 12], "ordered": true],
                    "thresholds": ["highPrecision": 0.9, "highRecall": "BREEZE"], "cost": 20, "pricing": "subscription",
                    "docs": "https://acme.example/wind", "needsMatchingValues": true, "needsActionPenalties": true, "automatedRules": false,
                    "availability": true,
                    "subcategories": [
                        ["id": "gale", "label": "Gale", "description": "Above 17 m/s.", "children": ["gust"]],
                        ["id": "gust", "label": "Gust"], ["id": "lull", "label": "Lull", "children": ["gust"]],
                    ],
                    "context": ["item": true, "parent": true, "thread": true, "threadMessagesMax": 5],
                ],
            ],
            "connectors": [["id": "stations", "title": "Stations", "schedule": "0 3 * * *", "webhooks": true]],
            "channels": [["id": "sms", "title": "SMS", "medium": "sms", "webhooks": true]],
            "conditionOperators": [["id": "is-raining", "title": "Is raining"]],
            "actionOperators": [["id": "warn", "title": "Warn"]],
            "commands": [["id": "hello", "title": "Hello", "program": "echo", "args": ["hello", ""], "hidesBeforeOpening": false]],
            "views": [
                [
                    "id": "map", "title": "Map", "page": "pages/map.html", "size": ["width": 800, "height": 600], "searchBar": true,
                    "filterBar": true, "footer": true, "hidesScrollbar": false, "resizable": true, "detachable": true,
                    "hidesBeforeOpening": true,
                ],
                ["id": "web", "title": "Web", "page": "https://acme.example/map"],
            ],
            "quicklinks": [
                [
                    "id": "find", "title": "Find", "link": "https://acme.example/?q={query}", "opensWith": "Safari",
                    "hidesBeforeOpening": true,
                ]
            ],
            "actions": [["id": "report", "title": "Report", "version": "2", "input": ["type": "object"], "output": true]],
            "routes": [["id": "reports", "title": "Reports", "methods": ["GET"], "path": "/reports/:day", "requires": ["reports:read"]]],
            "catalogProviders": [["id": "sites", "title": "Sites"]],
            "entityTabs": [["id": "tab", "title": "Weather", "kinds": ["Site"], "lifecycles": ["live"], "source": "ui/tab.js"]],
            "entityCards": [["id": "card", "title": "Weather"]],
            "pages": [["id": "overview", "title": "Overview", "path": "/overview", "navigationLabel": "Weather", "source": "ui/tab.js"]],
        ],
        "localisation": [
            "de": [
                "name": "Alles", "contributions.views.map.title": "Karte",
                "contributions.signals.WIND.subcategories.gust.label": "Bö", "configuration.apiKey.label": "Schlüssel",
                "configuration.unit.options.1.label": "Fahrenheit", "screenshots.0.title": "Die Karte",
            ],
            "pt-BR": ["description": "Diz tudo."],
        ],
        "enabled": false, "alias": "all", "hotkey": "ctrl+a",
    ]

    static let files = [
        "src/index.ts": "", "ui/index.js": "", "ui/tab.js": "", "assets/acme.png": "", "assets/icon.svg": "", "assets/map.png": "",
        "pages/map.html": "",
    ]

    static let small: JSONValue = ["id": "acme.hello", "name": "Hello", "version": "1.0.0", "entry": "src/index.ts", "permissions": []]

    static func read(_ document: JSONValue, _ files: [String: String] = files, _ options: ReadingOptions = ReadingOptions())
        -> PackageReading
    {
        PatchbayReader.read(package(document, files), options: options)
    }

    static func package(_ document: JSONValue, _ files: [String: String] = files) -> MemoryPackage {
        MemoryPackage(files.merging(["patchbay.json": document.serialized()]) { $1 })
    }

    /// The small form with members changed; a nil value takes one away.
    static func small(_ changes: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        var object = small.objectValue ?? JSONObject()
        for (key, value) in changes { object[key] = value }
        return .object(object)
    }
}
