/** What HAProxy says of a status that it answers itself. */
export const PROXY_ANSWERS: readonly (readonly [status: number, text: string])[] = [
  [400, 'bad request'],
  [403, 'forbidden'],
  [404, 'no route'],
  [408, 'request timeout'],
  [413, 'content too large'],
  [421, 'misdirected request'],
  [500, 'internal error'],
  [502, 'bad gateway'],
  [503, 'no endpoint'],
  [504, 'gateway timeout'],
]

/** With what its program (lua/answers.lua) answers beside these. */
const OWN_ANSWERS: ReadonlyMap<number, string> = new Map([
  ...PROXY_ANSWERS,
  [411, 'length required'],
  [508, 'loop detected'],
])

/** The whole body of a gateway's own answer, which is of `text/plain`; undefined where it answers none of that status. */
export const ownBody = (status: number): string | undefined => {
  const text = OWN_ANSWERS.get(status)
  return text === undefined ? undefined : `${text}\n`
}
