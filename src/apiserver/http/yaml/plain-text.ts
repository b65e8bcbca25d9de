/** What readers of YAML 1.1 take for a truth, for nothing, or for a number that has a name. */
const WORDS =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|~|null|Null|NULL|<<)?$|^(?:[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const INTEGER = /^[-+]?(?:0|[1-9]\d*|0[xX][\dA-Fa-f]+|0[bB][01]+|0[oO]?[0-7]+)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
/** Hours, minutes and seconds, as YAML 1.1 had them. */
const SIXTIES = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const DATE =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?$/

/** Whether a reader takes a text that stands without quotes for something else than a text. */
export const isMistaken = (text: string): boolean => {
  if (WORDS.test(text)) return true
  if (!/^[-+.\d]/.test(text)) return false
  const plain = text.replaceAll('_', '')
  return DATE.test(text) || SIXTIES.test(text) || INTEGER.test(plain) || FLOAT.test(plain)
}

/** What begins something else where it stands first, or where a space follows it. */
const INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \n]|$))|:(?:[ \n]|$)|[ \n]#/
const EDGE_SPACE = /^[ \n]|[ \n]$/
/** What is written by its number alone: controls, but for a line feed; a byte order mark; what takes four octets. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u

export const isSpecial = (character: string): boolean => SPECIAL.test(character)

/** What a text can be written as where it stands in a block. */
interface Styles {
  readonly plain: boolean
  readonly single: boolean
  readonly literal: boolean
}

export const stylesOf = (text: string): Styles => {
  // A space before the end of a line is lost but between double quotes.
  const isLost = / \n/.test(text) || SPECIAL.test(text)
  return {
    plain: !isLost && !EDGE_SPACE.test(text) && !text.includes('\n') && !INDICATOR.test(text),
    single: !isLost && !/\n /.test(text),
    literal: !isLost && text !== '' && !text.endsWith(' '),
  }
}
