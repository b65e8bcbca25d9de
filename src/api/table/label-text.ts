import type { LabelSelector } from '#api/meta/label-selector.ts'
import { own } from '#schema/own.ts'
import { orNone } from './column.ts'

/** `a=1,b=2`, in the order of the keys. */
export const formatLabels = (labels: { readonly [key: string]: string } | undefined): string =>
  orNone(
    Object.keys(labels ?? {})
      .sort()
      .map((key) => `${key}=${labels![key]}`)
      .join(','),
  )

/** A label selector in the words of `kubectl get -l`. */
export const formatSelector = (selector: LabelSelector | undefined): string => {
  const terms = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }))
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`
    const texts: { readonly [operator: string]: string } = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }
    terms.push({ key, text: own(texts, operator) ?? '<error>' })
  }
  return orNone(
    terms
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ text }) => text)
      .join(','),
  )
}
