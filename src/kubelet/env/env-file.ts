import { KubeletError } from '../kubelet-error.ts'

const wrong = (where: string, why: string): KubeletError =>
  new KubeletError('REFERENCE_INVALID', `invalid environment variable format ${where}: ${why}`)

const BLANKS = /^[ \t]+/

/**
 * The value that a file of variables has for `key`, the first one; undefined where it has none. It is written in a part of
 * the shell's language, by Kubernetes' rules (KEP-3721): `NAME='value'`, where the value is as it stands, also over several
 * lines; comments and empty lines between. Throws KubeletError REFERENCE_INVALID for what stands before the key and is none of these.
 */
export const envFileValue = (text: string, key: string): string | undefined => {
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!.replace(BLANKS, '')
    if (line === '' || line.startsWith('#')) continue
    const fault = (why: string): KubeletError => wrong(`at line ${index + 1}`, why)
    const equals = line.indexOf('=')
    if (equals < 0) throw fault("missing '='")
    const name = line.slice(0, equals)
    if (name.trim() === '') throw fault('empty variable name')
    if (name !== name.trimEnd()) throw fault("whitespace before '=' is not allowed")
    let rest = line.slice(equals + 1)
    // To a shell this sets nothing but the empty text, and what follows is a command.
    if (BLANKS.test(rest)) {
      if (name === key) return ''
      continue
    }
    if (!rest.startsWith("'")) throw fault('value must be enclosed in single quotes')
    const from = index
    const parts: string[] = []
    rest = rest.slice(1)
    let end = rest.indexOf("'")
    for (; end < 0; end = rest.indexOf("'")) {
      parts.push(rest)
      index++
      if (index === lines.length) throw wrong(`starting at line ${from + 1}`, 'unclosed single quote')
      rest = lines[index]!
    }
    const after = rest.slice(end + 1).replace(BLANKS, '')
    if (after !== '' && !after.startsWith('#')) throw fault('unexpected content after closing quote')
    if (name === key) return [...parts, rest.slice(0, end)].join('\n')
  }
  return undefined
}
