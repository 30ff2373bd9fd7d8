/// What one plugin's requests may cost.
package struct HTTPLimits: Sendable, Hashable {
    /// Requests on their way at once; further ones wait.
    package var requestsMax: Int
    /// Requests that wait; further ones are answered `http.busy`.
    package var waitingMax: Int
    /// From the host call to its answer, redirects and waiting included, where the plugin says nothing.
    package var timeoutMilliseconds: Int
    /// The longest time a plugin may ask for.
    package var timeoutMillisecondsMax: Int
    /// Name resolution, connection and TLS, per hop.
    package var connectMilliseconds: Int
    /// A response that has begun and brings less than this, averaged by curl, for `slowSecondsMax` seconds is given up.
    package var slowBytesPerSecond: Int
    package var slowSecondsMax: Int
    /// Of the request, decoded from base64 where it came so.
    package var requestBytesMax: Int
    /// Of the response's body after decompression.
    package var responseBytesMax: Int
    /// Of one response's header block.
    package var responseHeaderBytesMax: Int
    package var requestHeadersMax: Int
    /// Names and values together.
    package var requestHeaderBytesMax: Int
    package var redirectsMax: Int
    /// Connections kept open for later requests.
    package var idleConnectionsMax: Int
    /// How long a plugin's connections stay open after its last request.
    package var idleSecondsMax: Int

    package init(
        requestsMax: Int = 8, waitingMax: Int = 64, timeoutMilliseconds: Int = 30_000, timeoutMillisecondsMax: Int = 300_000,
        connectMilliseconds: Int = 10_000, slowBytesPerSecond: Int = 64, slowSecondsMax: Int = 20, requestBytesMax: Int = 8 * 1024 * 1024,
        responseBytesMax: Int = 8 * 1024 * 1024, responseHeaderBytesMax: Int = 64 * 1024, requestHeadersMax: Int = 128,
        requestHeaderBytesMax: Int = 32 * 1024, redirectsMax: Int = 5, idleConnectionsMax: Int = 8, idleSecondsMax: Int = 60
    ) {
        self.requestsMax = requestsMax
        self.waitingMax = waitingMax
        self.timeoutMilliseconds = timeoutMilliseconds
        self.timeoutMillisecondsMax = timeoutMillisecondsMax
        self.connectMilliseconds = connectMilliseconds
        self.slowBytesPerSecond = slowBytesPerSecond
        self.slowSecondsMax = slowSecondsMax
        self.requestBytesMax = requestBytesMax
        self.responseBytesMax = responseBytesMax
        self.responseHeaderBytesMax = responseHeaderBytesMax
        self.requestHeadersMax = requestHeadersMax
        self.requestHeaderBytesMax = requestHeaderBytesMax
        self.redirectsMax = redirectsMax
        self.idleConnectionsMax = idleConnectionsMax
        self.idleSecondsMax = idleSecondsMax
    }

    package static let `default` = HTTPLimits()
}

/// What all plugins' requests together may cost the hub.
package struct HTTPServiceLimits: Sendable, Hashable {
    /// Requests on their way at once, of all plugins; further ones wait their turn within their own plugin's limits.
    package var requestsMax: Int
    /// Bytes of responses held in memory while they come in.
    package var bufferedBytesMax: Int

    package init(requestsMax: Int = 256, bufferedBytesMax: Int = 256 * 1024 * 1024) {
        self.requestsMax = requestsMax
        self.bufferedBytesMax = bufferedBytesMax
    }
}
