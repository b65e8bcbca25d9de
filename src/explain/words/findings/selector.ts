import type { Labelled, SelectorMatchesNothing } from '../../trace/findings/selector.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { labelsText, listed, plural } from '../text.ts'

export const selectorMatchesNothing = (finding: SelectorMatchesNothing): FindingText => {
  const { service, selector, ended, elsewhere, near } = finding
  return {
    message: `the selector ${labelsText(selector)} of ${nameText(service)} matches no pod in namespace ${service.namespace}`,
    details: [
      ...(ended.length > 0
        ? [`it matches ${listed(ended.map(nameText))}, which ${ended.length === 1 ? 'has' : 'have'} ended`]
        : []),
      ...(elsewhere.length > 0
        ? [
            `${listed(elsewhere.map(nameText))} ${elsewhere.length === 1 ? 'has' : 'have'} these labels: a Service selects pods of its own namespace only`,
          ]
        : []),
      ...near.map(labelledText),
    ],
  }
}

/** `3 pods with app=web: default/web-1, default/web-2 and default/web-3` */
export const labelledText = ({ labels, count, pods }: Labelled): string =>
  `${plural(count, 'pod')} with ${labelsText(labels)}: ${listed(pods.map(nameText))}`
