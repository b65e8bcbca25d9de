/** After which answers a request can be sent once more: those that HAProxy tells apart before it has handed on anything. */
export const RETRIED_CODES: readonly number[] = [401, 403, 404, 408, 425, 500, 501, 502, 503, 504]

/** How often a request is sent once more, at most. */
export const MOST_RETRIES = 100
