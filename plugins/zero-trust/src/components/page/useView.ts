/** Which of several views below one page the address names. Works wherever the page is mounted. */
import { useLocation, useParams } from 'react-router-dom';
import { oneOf } from '../../posture/order';

export interface CurrentView<V extends string> {
  view: V;
  /** Where a view is; the first one is the page itself. */
  pathOf(view: V): string;
}

export function useView<V extends string>(views: readonly V[]): CurrentView<V> {
  const { pathname } = useLocation();
  // What follows the path at which the page is mounted.
  const { '*': rest = '' } = useParams();
  const page = pathname
    .slice(0, pathname.length - rest.length)
    .replace(/\/+$/, '');
  return {
    view: oneOf(views, rest.split('/')[0]) ?? views[0],
    pathOf: view => (view === views[0] ? page || '/' : `${page}/${view}`),
  };
}
