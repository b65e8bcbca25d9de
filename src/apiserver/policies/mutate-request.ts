import { type CompiledMutations, compiledMutations } from '#api/admissionregistration/expressions/mutation.ts'
import type { MutatingAdmissionPolicy } from '#api/admissionregistration/mutatingadmissionpolicy/message.ts'
import type { MutatingAdmissionPolicyBinding } from '#api/admissionregistration/mutatingadmissionpolicybinding/message.ts'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { messageType } from '#schema/apply/types/message-type.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { Authorizer } from '../access/authorizer.ts'
import { failure, forbidden } from '../errors.ts'
import type { Mutation } from '../registry/consulting/hooks.ts'
import type { Registry } from '../registry/registry.ts'
import { Round } from '../webhooks/asking/rounds.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Equivalent, Surroundings } from '../webhooks/matching.ts'
import { completed, reviewed } from '../webhooks/patching.ts'
import { Budget, BudgetError } from './evaluation.ts'
import { inputsOf } from './inputs.ts'
import { matched } from './match-conditions.ts'
import { MutationError, mutatedBy } from './mutation.ts'
import { ConfigurationError, kindOfParams, paramsFor } from './params.ts'
import type { BoundPolicy } from './policy-feed.ts'
import { matchedForm } from './policy-matching.ts'
import { seenIn } from './seen.ts'
import { Variables } from './variables.ts'

interface Mutating {
  readonly registry: Registry
  readonly authorizer: Authorizer
  readonly surroundings: Surroundings
}

type Bound = BoundPolicy<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>

const COST = 10_000_000

/** Compiled once for as long as a policy stays as it is. */
const known = new WeakMap<MutatingAdmissionPolicy, CompiledMutations>()

const compiledOf = (policy: MutatingAdmissionPolicy): CompiledMutations => {
  const compiled = known.get(policy) ?? compiledMutations(policy)
  known.set(policy, compiled)
  return compiled
}

const nameOf = ({ metadata }: ApiObject): string => metadata?.name ?? ''

/** What policies make of the object of a request, one after the other. Throws ApiError. */
export const mutateRequest = (mutating: Mutating, bound: readonly Bound[], attributes: Attributes): Mutation => {
  const first = Round.first()
  const object = inRound(mutating, bound, attributes, first)
  if (!first.hasChanged) return { object }
  return {
    object,
    again: (second) => async () => inRound(mutating, bound, second, first.second(second.object)),
  }
}

const inRound = (mutating: Mutating, bound: readonly Bound[], attributes: Attributes, round: Round): ApiObject => {
  const refusals: string[] = []
  let object = attributes.object!
  for (const { policy, bindings } of bound) {
    /** What cannot be told or done refuses the request, unless it is to be passed over. */
    const fail = (error: unknown, binding?: string): void => {
      const isOurs =
        error instanceof ConfigurationError || error instanceof MutationError || error instanceof BudgetError
      if (!isOurs) throw error
      if (policy.spec?.failurePolicy === 'Ignore') return
      const what = binding === undefined ? 'policy' : 'binding'
      const why = error instanceof ConfigurationError ? `failed to configure ${what}: ${error.message}` : error.message
      const who =
        binding === undefined
          ? `policy ${JSON.stringify(nameOf(policy))}`
          : `policy '${nameOf(policy)}' with binding '${binding}'`
      refusals.push(`${who} denied request: ${why}`)
    }
    const form = matchedForm(policy.spec?.matchConstraints, { ...attributes, object }, mutating.surroundings)
    if (form === undefined) continue
    for (const binding of bindings)
      try {
        object = boundTo(mutating, policy, binding, form, { ...attributes, object }, round)
      } catch (error) {
        fail(error, error instanceof ConfigurationError && error.isPolicys ? undefined : nameOf(binding))
      }
  }
  if (refusals.length > 0) throw refused(attributes, refusals)
  round.end(object)
  return object
}

const refused = ({ resource, name }: Attributes, messages: readonly string[]): ApiError => {
  const { status } = forbidden(resource as Resource, name, '')
  return failure(403, 'Invalid', messages[0]!, { ...status.details, causes: messages.map((message) => ({ message })) })
}

const boundTo = (
  { registry, authorizer, surroundings }: Mutating,
  policy: MutatingAdmissionPolicy,
  binding: MutatingAdmissionPolicyBinding,
  form: Equivalent,
  attributes: Attributes,
  round: Round,
): ApiObject => {
  const { paramKind, failurePolicy, reinvocationPolicy } = policy.spec ?? {}
  const { paramRef, matchResources } = binding.spec ?? {}
  let object = attributes.object!
  if (matchedForm(matchResources, attributes, surroundings) === undefined) return object
  const kind = paramKind && kindOfParams(registry.machinery.catalogue, paramKind)
  const compiled = compiledOf(policy)
  for (const params of paramsFor(kind, paramRef, attributes.namespace, registry)) {
    const key = { id: `${nameOf(policy)}/${nameOf(binding)}/${params ? nameOf(params) : ''}`, reinvocationPolicy }
    const shown = params && kind && reviewed(registry.machinery, kind.resource, params)
    const budget = new Budget(COST)
    const evaluated = (current: ApiObject) => {
      const inputs = inputsOf(seenIn(registry, form, { ...attributes, object: current }), authorizer, shown)
      return { ...inputs, variables: new Variables(compiled.variables, inputs, budget) }
    }
    const match = matched(compiled.conditions, evaluated(object), failurePolicy)
    if (match.error !== undefined) throw new MutationError(match.error)
    if (!match.matches || round.skips(key)) continue
    const before = object
    for (const mutation of compiled.mutations) {
      const current = reviewed(registry.machinery, form.kind, form.show(object))
      const next = mutatedBy(mutation, current, typeOf(registry, form), evaluated(object), budget)
      object = jsonEqual(next, current) ? object : form.take(completed(registry.machinery, next, form))
    }
    round.asked(key, object !== before)
  }
  return object
}

const typeOf = ({ machinery }: Registry, { resource, kind }: Equivalent) => {
  const own = machinery.catalogue.find(resource)
  if (own?.fieldType !== undefined && own.resource.kind === kind.kind) return own.fieldType
  const message = machinery.messageOf(groupVersion(kind as Resource), kind.kind)
  if (message === undefined) throw new MutationError(`Resource kind ${kind.kind} not found.`)
  return messageType(message)
}
