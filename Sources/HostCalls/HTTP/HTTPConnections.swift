import CCurl
import Glibc
import PluginModel

/// One plugin's connections: a curl multi handle of its own, driven by the loop all plugins share.
///
/// A kept-alive connection is used again without another look at its address, so it must never serve a plugin for which it was not
/// looked at: each plugin has its own cache, made on first use and closed when the plugin has been quiet for a while.
///
/// `@unchecked Sendable`: made anywhere, used on the loop's thread alone; it crosses to it inside what is posted and scheduled there.
final class HTTPConnections: @unchecked Sendable {
    typealias Finished = (HTTPTransfer, CURLcode) -> Void

    private let loop: HostLoop
    private let limits: HTTPLimits
    private var multi: OpaquePointer?
    private var transfers: [OpaquePointer: (transfer: HTTPTransfer, finished: Finished)] = [:]
    private var timer: HostLoop.Timer?
    private var idleTimer: HostLoop.Timer?
    /// Sockets that curl wants watched, to be unwatched when the handle goes.
    private var sockets: Set<Int32> = []

    init(loop: HostLoop, limits: HTTPLimits) {
        self.loop = loop
        self.limits = limits
    }

    var count: Int { transfers.count }
    var isOpen: Bool { multi != nil }

    /// Begins a transfer; `finished` is called once, later. False when curl has no handle to give.
    func start(_ transfer: HTTPTransfer, _ finished: @escaping Finished) -> Bool {
        if let idleTimer { loop.cancel(idleTimer) }
        idleTimer = nil
        guard let multi = multi ?? open() else { return false }
        transfers[transfer.easy] = (transfer, finished)
        guard curl_multi_add_handle(UnsafeMutableRawPointer(multi), UnsafeMutableRawPointer(transfer.easy)) == CURLM_OK else {
            transfers[transfer.easy] = nil
            return false
        }
        return true
    }

    /// Ends a transfer without an answer; `finished` is called when curl has let go of it, which a running name look-up delays.
    func abandon(_ transfer: HTTPTransfer) {
        guard let entry = transfers[transfer.easy] else { return }
        transfer.isAbandoned = true
        if transfer.isResolving { return }
        remove(transfer)
        entry.finished(transfer, CURLE_ABORTED_BY_CALLBACK)
    }

    /// Closes every connection; for when nothing is on its way any more.
    func close() {
        if let timer { loop.cancel(timer) }
        if let idleTimer { loop.cancel(idleTimer) }
        (timer, idleTimer) = (nil, nil)
        for socket in sockets { loop.unwatch(socket) }
        sockets = []
        precondition(transfers.isEmpty, "Connections are closed when their transfers are over.")
        if let multi { curl_multi_cleanup(UnsafeMutableRawPointer(multi)) }
        multi = nil
    }

    private func open() -> OpaquePointer? {
        guard HTTPLibrary.isReady, let made = curl_multi_init() else { return nil }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            ccurl_multi_on_socket(made, socketChanged, context), ccurl_multi_on_timer(made, timerChanged, context),
            ccurl_multi_set_long(made, CURLMOPT_MAXCONNECTS, limits.idleConnectionsMax),
        ]
        guard codes.allSatisfy({ $0 == CURLM_OK }) else {
            curl_multi_cleanup(made)
            return nil
        }
        multi = OpaquePointer(made)
        return multi
    }

    private func remove(_ transfer: HTTPTransfer) {
        if let multi { curl_multi_remove_handle(UnsafeMutableRawPointer(multi), UnsafeMutableRawPointer(transfer.easy)) }
        transfers[transfer.easy] = nil
        if transfers.isEmpty { rest() }
    }

    private func rest() {
        idleTimer = loop.schedule(after: UInt64(limits.idleSecondsMax) * 1_000_000_000) { [weak self] in
            self?.closeIfIdle()
        }
    }

    private func closeIfIdle() {
        idleTimer = nil
        if transfers.isEmpty { close() }
    }

    private func act(_ socket: Int32, _ events: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        curl_multi_socket_action(UnsafeMutableRawPointer(multi), socket, events, &running)
        collect()
    }

    private func collect() {
        while let multi {
            var left: Int32 = 0
            guard let message = curl_multi_info_read(UnsafeMutableRawPointer(multi), &left) else { return }
            var code = CURLE_OK
            guard let easy = ccurl_finished(message, &code), let entry = transfers[OpaquePointer(easy)] else { continue }
            remove(entry.transfer)
            entry.finished(entry.transfer, code)
        }
    }

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            sockets.remove(socket)
            loop.unwatch(socket)
            return
        }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
        sockets.insert(socket)
        loop.watch(socket, events: events) { [weak self] ready in
            var mask: Int32 = 0
            if ready & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
            if ready & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
            if ready & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
            self?.act(socket, mask)
        }
    }

    /// curl must not be called from within this; a moment of zero comes in the loop's next round.
    fileprivate func setTimer(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: UInt64(milliseconds) * 1_000_000) { [weak self] in
            self?.act(CURL_SOCKET_TIMEOUT, 0)
        }
    }
}

// MARK: curl's callbacks

private let socketChanged: curl_socket_callback = { _, socket, what, context, _ in
    context.map { Unmanaged<HTTPConnections>.fromOpaque($0).takeUnretainedValue() }?.watch(socket, what)
    return 0
}

private let timerChanged: curl_multi_timer_callback = { _, milliseconds, context in
    context.map { Unmanaged<HTTPConnections>.fromOpaque($0).takeUnretainedValue() }?.setTimer(milliseconds)
    return 0
}

/// curl itself, set up once for the process.
enum HTTPLibrary {
    static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
}
