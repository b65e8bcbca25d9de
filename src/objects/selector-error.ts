/**
 * A selector that cannot be read, in Kubernetes' words. FIELD_UNSUPPORTED: the kind cannot be selected by that field.
 */
export class SelectorError extends Error {
  readonly code: 'SELECTOR_SYNTAX' | 'SELECTOR_VALUE' | 'FIELD_UNSUPPORTED'
  constructor(code: SelectorError['code'], message: string) {
    super(message)
    this.name = 'SelectorError'
    this.code = code
  }
}
