/// The language of an item, as it says itself: a tag such as `de` or `pt-BR`, or an English name such as `GERMAN`.
package struct ItemLanguage: Sendable, Hashable {
    /// Names of it that signals may use, the usual one first.
    private let names: [String]

    /// Nil for words that name no language known here.
    package init?(_ text: String) {
        let tag = text.uppercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).map(String.init)
        if let code = tag.first, var found = Self.byCode[code], tag.count <= 4 {
            // Two languages that signals tell by where they are spoken or written.
            if code == "PT", tag.contains("BR") { found.insert("PORTUGUESE_BRAZIL", at: 0) }
            if code == "ZH" {
                let isTraditional = tag.contains("HANT") || tag.contains("TW") || tag.contains("HK") || tag.contains("MO")
                let isSimplified = tag.contains("HANS") || tag.contains("CN") || tag.contains("SG")
                if isTraditional { found.append("CHINESE_TRADITIONAL") }
                if isSimplified { found.append("CHINESE_SIMPLIFIED") }
                // The tag alone may be either.
                if !isTraditional, !isSimplified { found += ["CHINESE_SIMPLIFIED", "CHINESE_TRADITIONAL"] }
            }
            names = found
            return
        }
        let name = text.uppercased().replacing(" ", with: "_").replacing("-", with: "_")
        guard let code = Self.byName[name] else { return nil }
        names = [name] + (Self.byCode[code] ?? []).filter { $0 != name }
    }

    package var name: String { names[0] }

    package func isAmong(_ known: Set<String>) -> Bool { names.contains { known.contains($0) } }

    /// ISO 639-1, and `FIL`, `YUE`, `CEB`, `HMN`, `HAW`, which have no shorter code.
    private static let byCode: [String: [String]] = Dictionary(
        uniqueKeysWithValues: """
            AA AFAR;AB ABKHAZIAN;AE AVESTAN;AF AFRIKAANS;AK AKAN TWI;AM AMHARIC;AN ARAGONESE;AR ARABIC;AS ASSAMESE;AV AVARIC;AY AYMARA;
            AZ AZERBAIJANI;BA BASHKIR;BE BELARUSIAN;BG BULGARIAN;BH BIHARI;BI BISLAMA;BM BAMBARA;BN BENGALI;BO TIBETAN;BR BRETON;BS BOSNIAN;
            CA CATALAN VALENCIAN;CE CHECHEN;CH CHAMORRO;CO CORSICAN;CR CREE;CS CZECH;CU CHURCH_SLAVIC;CV CHUVASH;CY WELSH;DA DANISH;
            DE GERMAN;DV DIVEHI MALDIVIAN;DZ DZONGKHA;EE EWE;EL GREEK;EN ENGLISH;EO ESPERANTO;ES SPANISH;ET ESTONIAN;EU BASQUE;
            FA PERSIAN FARSI;FF FULAH;FI FINNISH;FJ FIJIAN;FO FAROESE;FR FRENCH;FY WESTERN_FRISIAN FRISIAN;GA IRISH;
            GD SCOTTISH_GAELIC GAELIC;GL GALICIAN;GN GUARANI;GU GUJARATI;GV MANX;HA HAUSA;HE HEBREW;HI HINDI;HO HIRI_MOTU;HR CROATIAN;
            HT HAITIAN_CREOLE HAITIAN;HU HUNGARIAN;HY ARMENIAN;HZ HERERO;IA INTERLINGUA;ID INDONESIAN;IE INTERLINGUE;IG IGBO;
            II SICHUAN_YI NUOSU;IK INUPIAQ;IO IDO;IS ICELANDIC;IT ITALIAN;IU INUKTITUT;JA JAPANESE;JV JAVANESE;KA GEORGIAN;KG KONGO;
            KI KIKUYU;KJ KUANYAMA;KK KAZAKH;KL GREENLANDIC KALAALLISUT;KM KHMER CENTRAL_KHMER;KN KANNADA;KO KOREAN;KR KANURI;KS KASHMIRI;
            KU KURDISH;KV KOMI;KW CORNISH;KY KYRGYZ KIRGHIZ;LA LATIN;LB LUXEMBOURGISH;LG GANDA;LI LIMBURGISH LIMBURGAN;LN LINGALA;LO LAO;
            LT LITHUANIAN;LU LUBA_KATANGA;LV LATVIAN;MG MALAGASY;MH MARSHALLESE;MI MAORI;MK MACEDONIAN;ML MALAYALAM;MN MONGOLIAN;
            MR MARATHI;MS MALAY;MT MALTESE;MY BURMESE MYANMAR;NA NAURU;NB NORWEGIAN_BOKMAL NORWEGIAN;ND NORTH_NDEBELE;NE NEPALI;NG NDONGA;
            NL DUTCH FLEMISH;NN NORWEGIAN_NYNORSK NORWEGIAN;NO NORWEGIAN NORWEGIAN_BOKMAL NORWEGIAN_NYNORSK;NR SOUTH_NDEBELE;NV NAVAJO;
            NY CHICHEWA CHEWA NYANJA;OC OCCITAN;OJ OJIBWA;OM OROMO;OR ORIYA ODIA;OS OSSETIAN;PA PUNJABI PANJABI;PI PALI;PL POLISH;
            PS PASHTO;PT PORTUGUESE;QU QUECHUA;RM ROMANSH;RN RUNDI;RO ROMANIAN MOLDAVIAN;RU RUSSIAN;RW KINYARWANDA;SA SANSKRIT;
            SC SARDINIAN;SD SINDHI;SE NORTHERN_SAMI;SG SANGO;SI SINHALA SINHALESE;SK SLOVAK;SL SLOVENIAN SLOVENE;SM SAMOAN;SN SHONA;
            SO SOMALI;SQ ALBANIAN;SR SERBIAN;SS SWATI;ST SOUTHERN_SOTHO;SU SUNDANESE;SV SWEDISH;SW SWAHILI;TA TAMIL;TE TELUGU;TG TAJIK;
            TH THAI;TI TIGRINYA;TK TURKMEN;TL TAGALOG FILIPINO;TO TONGA;TR TURKISH;TS TSONGA;TT TATAR;TY TAHITIAN;UG UYGHUR UIGHUR;
            UK UKRAINIAN;UR URDU;UZ UZBEK;VE VENDA;VI VIETNAMESE;VO VOLAPUK;WA WALLOON;WO WOLOF;XH XHOSA;YI YIDDISH;YO YORUBA;ZA ZHUANG;
            ZH CHINESE MANDARIN;ZU ZULU;FIL FILIPINO TAGALOG;YUE CANTONESE CHINESE;CEB CEBUANO;HMN HMONG;HAW HAWAIIAN
            """.split(whereSeparator: { $0 == ";" || $0 == "\n" }).map { line in
                let words = line.split(separator: " ").map(String.init)
                return (words[0], Array(words.dropFirst()))
            })

    /// The first code of each name.
    private static let byName: [String: String] = Dictionary(
        byCode.sorted { $0.key < $1.key }.flatMap { code, names in names.map { ($0, code) } }
            + [
                ("PORTUGUESE_BRAZIL", "PT"), ("CHINESE_SIMPLIFIED", "ZH"), ("CHINESE_TRADITIONAL", "ZH"), ("MANDARIN", "ZH"),
            ], uniquingKeysWith: { first, _ in first })
}
