import { OlderBeans } from './older-beans.js';
import { OlderViews } from './older-views.js';
import { type ReleaseNames, standardNames } from './release-names.js';

/** What calls in the words of 4.3 need of the metadata server that they name. */
export interface OlderFace {
  readonly names: ReleaseNames;
  readonly views: OlderViews;
  readonly beans: OlderBeans;
}

export function olderFace(serverName: string): OlderFace {
  const names = standardNames();
  const views = new OlderViews(names, serverName);
  return { names, views, beans: new OlderBeans(views) };
}
