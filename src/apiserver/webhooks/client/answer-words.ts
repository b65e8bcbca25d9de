import { own } from '#schema/own.ts'

/** What client-go makes of an answer that is no success and no Status. */
const WORDS: Readonly<Record<string, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  410: 'the server has asked for a resource that is gone',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}

/** Those whose own words count, and what is said where there are none. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  403: 'unknown',
  406: 'the server was unable to respond with a content type that the client supports',
  415: 'the body of the request was in an unknown format',
}

/** The longest of a body that is repeated in a message, in characters. */
const LONGEST = 2048

/** Why an answer of this status, with this body, is none: the words in which Kubernetes' own client tells it. */
export const refusalWords = (code: number, contentType: string, body: string): string => {
  const status = statusMessage(body)
  if (status !== undefined) return status
  const isText = /^text\//.test(contentType)
  const said = isText ? body.trim().slice(0, LONGEST) : ''
  const mine = own(OWN_WORDS, String(code))
  if (mine !== undefined) return said || mine
  return (
    own(WORDS, String(code)) ??
    (code >= 500
      ? `an error on the server (${JSON.stringify(said || 'unknown')}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`)
  )
}

/** A webhook may answer as an API server does. */
const statusMessage = (body: string): string | undefined => {
  if (!body.startsWith('{')) return undefined
  try {
    const value = JSON.parse(body) as { readonly kind?: unknown; readonly message?: unknown }
    return value.kind === 'Status' && typeof value.message === 'string' && value.message !== ''
      ? value.message
      : undefined
  } catch {
    return undefined
  }
}
