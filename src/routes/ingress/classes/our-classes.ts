import type { ConfigMap } from '#api/core/configmap/message.ts'
import { CLASS_ANNOTATION } from '#api/networking/ingress/class-annotation.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { newestDefault } from '#objects/newest-default.ts'
import type { News } from '../../routes.ts'
import { warning } from '../news.ts'
import { type ClassSettings, DEFAULT_CLASS_SETTINGS, readClassSettings } from './class-settings.ts'
import { oldestFirst } from './oldest-first.ts'

/** The classes that a controller serves. */
interface OurClasses {
  /** The oldest one, which gives its settings to what all of them share; absent: there is none. */
  readonly first?: { readonly name: string; readonly settings: ClassSettings }
  /** The settings of the class that an Ingress is of; undefined where that is none of ours. */
  readonly settingsOf: (ingress: Ingress) => ClassSettings | undefined
  readonly news: readonly News[]
}

/** An Ingress that says nothing of a class was made before there was a default one, which it then is of. */
const classNameOf = ({ metadata, spec }: Ingress, standard: string | undefined): string | undefined =>
  spec?.ingressClassName ?? metadata?.annotations?.[CLASS_ANNOTATION] ?? standard

export const ourClasses = (
  classes: readonly IngressClass[],
  controller: string,
  configMap: (key: string) => ConfigMap | undefined,
): OurClasses => {
  const news: News[] = []
  const settings = new Map<string, ClassSettings>()
  for (const one of oldestFirst(classes.filter(({ spec }) => spec?.controller === controller))) {
    const name = one.metadata?.name ?? ''
    const read = readClassSettings(one, configMap)
    const tell = (text: string): unknown =>
      news.push(warning({ kind: 'IngressClass', name }, 'InvalidParameters', text))
    for (const problem of read.problems) tell(problem)
    const [first] = settings
    if (first !== undefined && !sharesSite(first[1], read.settings))
      tell(
        `access-log, request-metrics and use-forwarded-headers of IngressClass ${first[0]} hold: it comes first, and both share one gateway`,
      )
    settings.set(name, read.settings)
  }
  const standard = newestDefault(classes, [DEFAULT_CLASS_ANNOTATION])?.metadata?.name
  const [first] = settings
  return {
    ...(first && { first: { name: first[0], settings: first[1] } }),
    settingsOf: (ingress) => settings.get(classNameOf(ingress, standard) ?? ''),
    news,
  }
}

/** Whether two classes agree in what a gateway does for all, or the second one says nothing of it. */
const sharesSite = (first: ClassSettings, { accessLog, requestMetrics, trusted }: ClassSettings): boolean =>
  (accessLog === first.accessLog || accessLog === DEFAULT_CLASS_SETTINGS.accessLog) &&
  (requestMetrics === first.requestMetrics || requestMetrics === DEFAULT_CLASS_SETTINGS.requestMetrics) &&
  (trusted.length === 0 || trusted.join() === first.trusted.join())
