import { mount as mountComponent, unmount } from 'svelte'
import view from './view.svelte'

export { view }

export function mount(target: Element): () => Promise<void> {
  const component = mountComponent(view, { target })
  return () => unmount(component)
}
