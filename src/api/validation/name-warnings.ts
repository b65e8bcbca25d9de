import { dnsLabel } from './names.ts'

/** What is said of the name of something whose pods are named after it. */
export const nameWarnings = (name = ''): readonly string[] => {
  const problems = dnsLabel(name)
  return problems.length === 0
    ? []
    : [
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
      ]
}
