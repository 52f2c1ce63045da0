/** A view mounts itself and says how to take it down again. */
interface View {
  mount(target: Element): (() => unknown) | Promise<() => unknown>
}

/** The same page, five times over. Each is loaded on demand. */
export const views: Readonly<Record<string, () => Promise<View>>> = {
  react: () => import('./react/view.tsx'),
  vue: () => import('./vue/view.ts'),
  svelte: () => import('./svelte/view.ts'),
  solid: () => import('./solid/view.tsx'),
  angular: () => import('./angular/view.ts'),
}

/** The view that the address names, as in `?react`; none without. */
export async function mountNamed(query: string, target: Element): Promise<(() => unknown) | undefined> {
  const view = await views[query.slice(1)]?.()
  return view?.mount(target)
}
