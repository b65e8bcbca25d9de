import { RuntimeError } from '../../runtime-error.ts'
import { type ImageReference, isBuiltIn, parseImageReference } from '../image-reference.ts'

/** That a name is not here, with what people may have meant: the same without its tag, or a built-in one. */
export const unknownImage = (text: string, here: readonly { readonly name: string }[]): RuntimeError => {
  const wanted = parseImageReference(text)
  const tags = here.map(({ name }) => parseImageReference(name)).filter((one) => isSame(one, wanted))
  const hint = isBuiltIn(wanted)
    ? 'it is built in, and always there'
    : tags.length > 0
      ? `it is here as ${tags.map(({ tag, digest }) => (digest === undefined ? `:${tag}` : `@${digest}`)).join(', ')}`
      : 'fairlead image ls shows what is'
  return new RuntimeError('IMAGE_UNKNOWN', `image '${text}' is not on this machine; ${hint}`)
}

const isSame = (a: ImageReference, b: ImageReference): boolean =>
  a.registry === b.registry && a.repository === b.repository
