/// The words of Coop's contract that plugins and hub must agree on.

/// What a value can be.
package enum CoopScalar: String, Sendable, Hashable, CaseIterable {
    case userID = "USER_ID"
    case id = "ID"
    case string = "STRING"
    case boolean = "BOOLEAN"
    case number = "NUMBER"
    case audio = "AUDIO"
    case image = "IMAGE"
    case video = "VIDEO"
    case dateTime = "DATETIME"
    case geohash = "GEOHASH"
    case relatedItem = "RELATED_ITEM"
    case url = "URL"
    case policyID = "POLICY_ID"
    case ipAddress = "IP_ADDRESS"
    case emailAddress = "EMAIL_ADDRESS"
    case media = "MEDIA"
}

/// What a signal can be asked about: a value, or the item as a whole.
package enum CoopInput: Sendable, Hashable, CustomStringConvertible {
    case scalar(CoopScalar)
    case fullItem

    package init?(_ name: String) {
        if name == "FULL_ITEM" {
            self = .fullItem
        } else if let scalar = CoopScalar(rawValue: name) {
            self = .scalar(scalar)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .scalar(let scalar): scalar.rawValue
        case .fullItem: "FULL_ITEM"
        }
    }

    package static let names = CoopScalar.allCases.map(\.rawValue) + ["FULL_ITEM"]
}

/// Names that belong to Coop itself.
package enum CoopReserved {
    /// Built-in integrations. A plugin under one of these would be given the key that is stored for it.
    package static let integrationIDs: Set<String> = ["GOOGLE_CONTENT_SAFETY_API", "OPEN_AI", "ZENTROPI"]

    private static let signalTypes: Set<String> = [
        "TEXT_MATCHING_CONTAINS_TEXT", "TEXT_MATCHING_NOT_CONTAINS_TEXT", "TEXT_MATCHING_CONTAINS_REGEX",
        "TEXT_MATCHING_NOT_CONTAINS_REGEX",
        "TEXT_MATCHING_CONTAINS_VARIANT", "TEXT_SIMILARITY_SCORE", "IMAGE_SIMILARITY_MATCH", "IMAGE_SIMILARITY_DOES_NOT_MATCH",
        "GEO_CONTAINED_WITHIN", "USER_SCORE", "USER_STRIKE_VALUE", "AGGREGATION", "GOOGLE_CONTENT_SAFETY_API_IMAGE", "ZENTROPI_LABELER",
        "CUSTOM",
    ]

    /// Whether a signal type is a built-in one. All of `OPEN_AI_…` is: there are fifteen today, and more may come.
    package static func isSignalType(_ name: String) -> Bool { signalTypes.contains(name) || name.hasPrefix("OPEN_AI_") }
}

/// Languages by their English names, as signals list them: those of ISO 639-1, and other usual names of the same.
package enum CoopLanguage {
    package static func isKnown(_ name: String) -> Bool { known.contains(name) }

    static let known: Set<String> = Set(
        """
        ABKHAZIAN AFAR AFRIKAANS AKAN ALBANIAN AMHARIC ARABIC ARAGONESE ARMENIAN ASSAMESE AVARIC AVESTAN AYMARA AZERBAIJANI BAMBARA BASHKIR
        BASQUE BELARUSIAN BENGALI BIHARI BISLAMA BOSNIAN BRETON BULGARIAN BURMESE CANTONESE CATALAN CEBUANO CENTRAL_KHMER CHAMORRO CHECHEN
        CHEWA CHICHEWA CHINESE CHINESE_SIMPLIFIED CHINESE_TRADITIONAL CHURCH_SLAVIC CHUVASH CORNISH CORSICAN CREE CROATIAN CZECH DANISH DIVEHI
        DUTCH DZONGKHA ENGLISH ESPERANTO ESTONIAN EWE FAROESE FARSI FIJIAN FILIPINO FINNISH FLEMISH FRENCH FRISIAN FULAH GAELIC GALICIAN GANDA
        GEORGIAN GERMAN GREEK GREENLANDIC GUARANI GUJARATI HAITIAN HAITIAN_CREOLE HAUSA HAWAIIAN HEBREW HERERO HINDI HIRI_MOTU HMONG HUNGARIAN
        ICELANDIC IDO IGBO INDONESIAN INTERLINGUA INTERLINGUE INUKTITUT INUPIAQ IRISH ITALIAN JAPANESE JAVANESE KALAALLISUT KANNADA KANURI
        KASHMIRI KAZAKH KHMER KIKUYU KINYARWANDA KIRGHIZ KOMI KONGO KOREAN KUANYAMA KURDISH KYRGYZ LAO LATIN LATVIAN LIMBURGAN LIMBURGISH
        LINGALA LITHUANIAN LUBA_KATANGA LUXEMBOURGISH MACEDONIAN MALAGASY MALAY MALAYALAM MALDIVIAN MALTESE MANDARIN MANX MAORI MARATHI
        MARSHALLESE MOLDAVIAN MONGOLIAN MYANMAR NAURU NAVAJO NDONGA NEPALI NORTHERN_SAMI NORTH_NDEBELE NORWEGIAN NORWEGIAN_BOKMAL
        NORWEGIAN_NYNORSK NUOSU NYANJA OCCITAN ODIA OJIBWA ORIYA OROMO OSSETIAN PALI PANJABI PASHTO PERSIAN POLISH PORTUGUESE
        PORTUGUESE_BRAZIL PUNJABI QUECHUA ROMANIAN ROMANSH RUNDI RUSSIAN SAMOAN SANGO SANSKRIT SARDINIAN SCOTTISH_GAELIC SERBIAN SHONA
        SICHUAN_YI SINDHI SINHALA SINHALESE SLOVAK SLOVENE SLOVENIAN SOMALI SOUTHERN_SOTHO SOUTH_NDEBELE SPANISH SUNDANESE SWAHILI SWATI
        SWEDISH TAGALOG TAHITIAN TAJIK TAMIL TATAR TELUGU THAI TIBETAN TIGRINYA TONGA TSONGA TSWANA TURKISH TURKMEN TWI UIGHUR UKRAINIAN
        URDU UYGHUR UZBEK VALENCIAN VENDA VIETNAMESE VOLAPUK WALLOON WELSH WESTERN_FRISIAN WOLOF XHOSA YIDDISH YORUBA ZHUANG ZULU
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
