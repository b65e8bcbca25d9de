/** Versions as Kubernetes prefers them: v2 before v1, v1 before v1beta1 before v1alpha1, and all before any other name. */
export const compareVersions = (a: string, b: string): number => {
  const rank = (name: string): readonly [number, number, number] | undefined => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name)
    if (match === null) return undefined
    const [, major, stage, minor] = match
    return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)]
  }
  const [one, other] = [rank(a), rank(b)]
  if (one === undefined || other === undefined) {
    if (one !== undefined) return -1
    if (other !== undefined) return 1
    return a < b ? -1 : a > b ? 1 : 0
  }
  const at = one.findIndex((part, index) => part !== other[index])
  return at < 0 ? 0 : other[at]! - one[at]!
}
