#pragma once
/*
 * libcurl for Swift: its own headers, plus typed doors for the few calls Swift cannot make.
 *
 * Swift imports no variadic C functions, and curl sets options, reads results and registers callbacks only through variadic ones.
 * Each wrapper below takes one kind of value and refuses an option that wants another kind, so a slip answers
 * CURLE_BAD_FUNCTION_ARGUMENT instead of reading a wrong-sized argument from the stack.
 */
#include <curl/curl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Easy handle options, one wrapper a kind of value. */
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
/* The pointer must outlive the transfer: CURLOPT_CURLU, CURLOPT_HTTPHEADER, CURLOPT_POSTFIELDS, CURLOPT_PRIVATE, CURLOPT_RESOLVE... */
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);

/* Easy handle callbacks, each set together with the pointer it is given back. */
CURLcode ccurl_on_body(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_on_header(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_on_open_socket(CURL *easy, curl_opensocket_callback callback, void *context);
CURLcode ccurl_on_resolver_start(CURL *easy, curl_resolver_start_callback callback, void *context);

/* What a transfer came to. */
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_get_size(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value);

/* Multi handle options and callbacks. */
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_on_socket(CURLM *multi, curl_socket_callback callback, void *context);
CURLMcode ccurl_multi_on_timer(CURLM *multi, curl_multi_timer_callback callback, void *context);

/* The finished transfer a message names, and its result; NULL when the message says anything else. */
CURL *ccurl_finished(const CURLMsg *message, CURLcode *result);

/*
 * Copies the bytes of the address curl is about to connect to, in network order.
 * Answers 4 or 16, the number of bytes written; 0 for a family other than IPv4 and IPv6 or an address too short for its family.
 */
int ccurl_address_bytes(const struct curl_sockaddr *address, uint8_t out[16]);

/* A socket for that address: close-on-exec and non-blocking. CURL_SOCKET_BAD when the kernel gives none. */
curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address);

/*
 * What the loop that drives curl needs of Linux and Swift's Glibc leaves out: epoll with the descriptor as its data, an event
 * descriptor to wake it, and a name for its thread (the first 15 bytes count). All descriptors are close-on-exec.
 */
int ccurl_epoll_create(void);
int ccurl_wake_create(void);
void ccurl_name_thread(const char *name);
/* `operation` is EPOLL_CTL_ADD, _MOD or _DEL. Answers 0, or -1 with errno. */
int ccurl_epoll_control(int epoll, int operation, int descriptor, uint32_t events);
/* Waits for at most `capacity` events (64 at most) and unpacks them. Answers their number, or -1 with errno. */
int ccurl_epoll_wait(int epoll, int *descriptors, uint32_t *events, int capacity, int milliseconds);
