/// Shapes of users of items in the description.
enum UserShapes {
    private static let user: [Shape.Member] = [
        .init("id", .text), .init("typeId", .text), .init("strikes", .integer), .init("score", .integer), .init("items", .integer),
        .init("acted", .integer),
    ]

    static let all: [(name: String, shape: Shape)] = [
        ("ItemUser", .object(user)),
        (
            "ItemUserDetail",
            .object(
                user + [
                    .init(
                        "history",
                        .list(
                            .object([
                                .init("id", .text), .init("policy", .object([.init("id", .text), .init("name", .text)])),
                                .init("strikes", .integer), .init("sequence", .integer), .init("at", .time),
                                .init("forgivenBy", .text, optional: true), .init("forgivenAt", .time, optional: true),
                            ])))
                ])
        ),
    ]
}
