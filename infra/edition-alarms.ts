import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm, linesOf, namespaceOf, ONE_MINUTE, withWords } from './alarm-parts.ts';

/** What an alarm says about an edition: its id, and its name in each language. */
export type WatchedEdition = { id: string; name: Record<string, string> };

/**
 * Two alarms for each edition: an issue is late, or an issue was missed. In every minute the tick function writes a line
 * for each edition. It says how many issues are late and how many were missed (`functions/newsletter/watch.ts`).
 *
 * An issue counts as late two minutes after it was due. The tick that sees it comes within a minute, and the minute of its
 * line ends within another. CloudWatch evaluates the alarm within a minute after it has counted the line. So the alarm goes
 * off within five minutes, or as many seconds later as CloudWatch takes to count. It clears three minutes after the last
 * late issue. A missed issue counts once, so its alarm clears after five minutes. A minute without a line is not bad: if
 * nobody ticks, another alarm goes off.
 */
export class EditionAlarms extends Construct {
  constructor(scope: Construct, id: string, topic: Topic, logGroup: LogGroup, editions: WatchedEdition[]) {
    super(scope, id);
    const line = { logGroup, pattern: withWords('$.message', 'the state of an edition') };
    const dimension = { name: 'Edition', field: '$.edition' };
    linesOf(this, { ...line, dimension, metricName: 'IssuesLate', value: '$.late' });
    linesOf(this, { ...line, dimension, metricName: 'IssuesMissed', value: '$.missed' });
    for (const edition of editions) {
      const name = Object.values(edition.name)[0] ?? edition.id;
      const of = (metricName: string) =>
        new Metric({
          namespace: namespaceOf(this),
          ...{ metricName, statistic: 'Maximum', ...ONE_MINUTE },
          dimensionsMap: { Edition: edition.id },
        });
      addAlarm(this, topic, `IssueIsLate-${edition.id}`, {
        metric: of('IssuesLate'),
        atLeast: 1,
        anyOf: 3,
        hurt: `Readers of the newsletter ${edition.id} (${name}) do not get the issue that is due.`,
        anchor: 'an-issue-is-late',
      });
      addAlarm(this, topic, `IssueWasMissed-${edition.id}`, {
        metric: of('IssuesMissed'),
        atLeast: 1,
        anyOf: 5,
        hurt: `Readers of the newsletter ${edition.id} (${name}) get no issue for an hour at which one was due.`,
        anchor: 'an-issue-was-missed',
      });
    }
  }
}
