import { test } from 'node:test'
import { holdPods } from '#api/testing/pods.ts'

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
const EMPTY_NAME = 'name part must be non-empty'
const FORM =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

test('which nodes a pod wants is said with operators that there are, and values that fit them', () => {
  const node = (...matchExpressions: object[]) => ({
    affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions }] } } },
  })
  const field = (...matchFields: object[]) => ({
    affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchFields }] } } },
  })
  const at = `affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`
  const expression = `${at}[0].matchExpressions`
  holdPods([
    [
      node(
        { key: 'a', operator: 'In', values: ['x'] },
        { key: 'a', operator: 'Exists' },
        { key: 'a', operator: 'Gt', values: ['1'] },
      ),
      [],
    ],
    [
      { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [] } } } },
      [`${at}: Required value: must have at least one node selector term`],
    ],
    [
      node({ key: 'a', operator: 'NotIn' }, { key: 'a', operator: 'DoesNotExist', values: ['x'] }),
      [
        `${expression}[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
        `${expression}[1].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      ],
    ],
    [
      node({ key: 'a', operator: 'Lt', values: ['1', '2'] }, { key: 'a', operator: 'Near' }),
      [
        `${expression}[0].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
        `${expression}[1].operator: Invalid value: "Near": not a valid selector operator`,
      ],
    ],
    [field({ key: 'metadata.name', operator: 'In', values: ['n'] }), []],
    [
      field({ key: 'spec.x', operator: 'Exists' }, { key: 'metadata.name', operator: 'NotIn', values: ['a', 'b'] }),
      [
        `${at}[0].matchFields[0].operator: Invalid value: "Exists": not a valid selector operator`,
        `${at}[0].matchFields[0].key: Invalid value: "spec.x": not a valid field selector key`,
        `${at}[0].matchFields[1].values: Required value: must be only one value when \`operator\` is 'In' or 'NotIn' for node field selector`,
      ],
    ],
    [
      { affinity: { nodeAffinity: { [PREFERRED]: [{ weight: 101, preference: {} }] } } },
      [`affinity.nodeAffinity.${PREFERRED}[0].weight: Invalid value: 101: must be in the range 1-100`],
    ],
  ])
})

test('which neighbours a pod wants is said by labels, and where, by a key', () => {
  const pods = (affinity: string, ...terms: object[]) => ({ affinity: { [affinity]: { [REQUIRED]: terms } } })
  const labelSelector = { matchLabels: { a: 'b' } }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const at = `affinity.${kind}.${REQUIRED}[0]`
    holdPods([
      [pods(kind, { labelSelector, topologyKey: 'zone', namespaces: ['n'], matchLabelKeys: ['k'] }), []],
      [
        pods(kind, { labelSelector, topologyKey: '', namespaces: ['N n'] }),
        [
          `${at}.namespace: Invalid value: "N n": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
          `${at}.topologyKey: Required value: can not be empty`,
          `${at}.topologyKey: Invalid value: "": ${EMPTY_NAME}`,
          `${at}.topologyKey: Invalid value: "": ${FORM}`,
        ],
      ],
      [
        pods(kind, { topologyKey: 'z', matchLabelKeys: ['k'] }),
        [`${at}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`],
      ],
      [
        pods(kind, { labelSelector, topologyKey: 'z', matchLabelKeys: ['k'], mismatchLabelKeys: ['k'] }),
        [`${at}.matchLabelKeys[0]: Invalid value: "k": exists in both matchLabelKeys and mismatchLabelKeys`],
      ],
      [
        { affinity: { [kind]: { [PREFERRED]: [{ weight: 0, podAffinityTerm: { topologyKey: 'z' } }] } } },
        [`affinity.${kind}.${PREFERRED}[0].weight: Invalid value: 0: must be in the range 1-100`],
      ],
    ])
  }
})

test('how evenly pods are to lie is said once for each key', () => {
  const spread = (...topologySpreadConstraints: object[]) => ({ topologySpreadConstraints })
  const good = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }
  const at = 'topologySpreadConstraints[0]'
  holdPods([
    [spread({ ...good, minDomains: 1 }, { ...good, whenUnsatisfiable: 'ScheduleAnyway' }), []],
    [
      spread({ nodeTaintsPolicy: 'Maybe' }),
      [
        `${at}.maxSkew: Invalid value: 0: must be greater than zero`,
        `${at}.topologyKey: Required value: can not be empty`,
        `${at}.whenUnsatisfiable: Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"`,
        `${at}.nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"`,
      ],
    ],
    [spread(good, good), [`${at}.{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`]],
    [
      spread({ ...good, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0 }),
      [
        `${at}.minDomains: Invalid value: 0: must be greater than zero`,
        `${at}.minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway`,
      ],
    ],
    [
      spread({ ...good, matchLabelKeys: ['a'] }),
      [`${at}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`],
    ],
  ])
})

test('a toleration’s value is a label’s, or a number where it is compared as one', () => {
  const tolerate = (...tolerations: object[]) => ({ tolerations })
  holdPods([
    [tolerate({ key: 'a', operator: 'Lt', value: '-3' }, { key: 'a', operator: 'Equal', value: 'x' }), []],
    [
      tolerate({ key: 'a', operator: 'Gt', value: '03' }, { key: 'a', effect: 'Never' }),
      [
        'tolerations[0].value: Invalid value: "03": must be a valid integer',
        'tolerations[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
  ])
})
