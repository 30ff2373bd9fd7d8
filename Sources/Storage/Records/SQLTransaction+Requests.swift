import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    func answer(to key: String, of principal: String) throws(Fault) -> KeptAnswer? {
        try rows(
            "select request_hash, status, headers, body, at_ms from request_answers where principal = $1 and key = $2", .text(principal),
            .text(key)
        ) { (row: any SQLRow) throws(Fault) in
            var headers: [String: String] = [:]
            for (name, value) in try row.object(2) { headers[name] = value.stringValue }
            return KeptAnswer(
                requestHash: row.bytes(0), status: Int(row.integer(1)), headers: headers, body: row.bytes(3), at: row.timestamp(4))
        }.first
    }

    func keep(_ answer: KeptAnswer, for key: String, of principal: String) throws(Fault) -> Bool {
        let headers = JSONObject(answer.headers.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        return try hasChanged(
            """
            insert into request_answers (principal, key, request_hash, status, headers, body, at_ms) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (principal, key) do nothing
            """, .text(principal), .text(key), .bytes(answer.requestHash), .integer(Int64(answer.status)), .json(.object(headers)),
            .bytes(answer.body), .at(answer.at))
    }

    func removeAnswers(before moment: Timestamp) throws(Fault) -> Int {
        try change("delete from request_answers where at_ms < $1", .at(moment))
    }
}
