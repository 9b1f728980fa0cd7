// @ts-check
/**
 * The first tables. Times are ISO 8601 text: it sorts, and reads the same on
 * every engine. Ids are hashes of fixed length, so that no name is too long
 * for an index.
 */

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('clusters', table => {
    table.comment('The last known state of every cluster');
    table.string('name', 255).primary();
    table.string('source', 255).notNullable().comment('Id of its source');
    table.text('status').notNullable().comment('ClusterStatus as JSON');
    table.string('evaluated_at', 32).comment('When it was last judged');
  });

  await knex.schema.createTable('leases', table => {
    table.comment('Which replica watches which cluster; kept when it lapses');
    table.string('cluster', 255).primary();
    table.string('holder', 64).notNullable().comment('Id of the replica');
    table.string('expires_at', 32).notNullable();
  });

  await knex.schema.createTable('replicas', table => {
    table.comment('Replicas that could watch clusters');
    table.string('id', 64).primary();
    table.string('expires_at', 32).notNullable();
  });

  await knex.schema.createTable('revisions', table => {
    table.comment('One row: counts the changes, and is locked by who writes');
    table.integer('id').primary();
    table.bigInteger('revision').notNullable();
  });
  await knex('revisions').insert({ id: 1, revision: 0 });

  await knex.schema.createTable('entity_workloads', table => {
    table.comment('Which workloads are an entity’s own');
    table.string('entity_ref', 255).notNullable();
    table.string('workload_id', 32).notNullable();
    table.string('cluster', 255).notNullable();
    table.text('kind').notNullable();
    table.text('namespace').notNullable();
    table.text('name').notNullable();
    table.primary(['entity_ref', 'workload_id']);
    table.index(['workload_id'], 'entity_workloads_workload_idx');
    table.index(['cluster'], 'entity_workloads_cluster_idx');
  });

  await knex.schema.createTable('findings', table => {
    table.comment(
      'The latest verdicts about workloads that belong to entities',
    );
    table.string('id', 32).primary();
    table.string('cluster', 255).notNullable();
    table.string('workload_id', 32).notNullable();
    table
      .integer('position')
      .notNullable()
      .comment('Order within the workload');
    table.string('control', 64).notNullable();
    table.string('pillar', 32).notNullable();
    table.string('severity', 16).notNullable();
    table.string('verdict', 16).notNullable();
    table.string('since', 32).notNullable().comment('Start of this verdict');
    table.string('digest', 32).notNullable().comment('Hash of the body');
    table.text('body').notNullable().comment('Finding as JSON');
    table.index(['workload_id', 'verdict', 'pillar'], 'findings_workload_idx');
    table.index(['cluster'], 'findings_cluster_idx');
  });

  await knex.schema.createTable('services', table => {
    table.comment('One row an entity, over all clusters, for lists');
    table.string('entity_ref', 255).primary();
    table.text('title').notNullable();
    table.text('search').notNullable().comment('What a search looks into');
    table.string('owner', 255);
    table.string('system', 255);
    table.string('level', 16).notNullable();
    table.integer('level_rank').notNullable().comment('0 is the worst');
    table.integer('score');
    table.integer('failing').notNullable();
    table.integer('applicable').notNullable();
    table.integer('judged').notNullable();
    table.text('pillars').notNullable().comment('PillarSummary[] as JSON');
    table.text('worst').comment('The worst failure, as JSON');
    table.index(['level_rank', 'entity_ref'], 'services_level_idx');
    table.index(['owner'], 'services_owner_idx');
  });

  await knex.schema.createTable('changes', table => {
    table.comment('Every change of a verdict');
    table.bigIncrements('sequence');
    table.string('finding_id', 32).notNullable();
    table.string('workload_id', 32).notNullable();
    table.string('cluster', 255).notNullable();
    table.string('control', 64).notNullable();
    table.string('from_verdict', 16).comment('Null where the finding is new');
    table.string('to_verdict', 16).comment('Null where the finding is gone');
    table.text('message').notNullable();
    table.string('at', 32).notNullable();
    table.index(['finding_id', 'sequence'], 'changes_finding_idx');
    table.index(['workload_id', 'sequence'], 'changes_workload_idx');
    table.index(['at'], 'changes_at_idx');
  });

  await knex.schema.createTable('roll_ups', table => {
    table.comment('Score and level of an entity at the end of each day');
    table.string('entity_ref', 255).notNullable();
    table.string('date', 10).notNullable();
    table.integer('score').notNullable();
    table.string('level', 16).notNullable();
    table.primary(['entity_ref', 'date']);
    table.index(['date'], 'roll_ups_date_idx');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('roll_ups');
  await knex.schema.dropTable('changes');
  await knex.schema.dropTable('services');
  await knex.schema.dropTable('findings');
  await knex.schema.dropTable('entity_workloads');
  await knex.schema.dropTable('revisions');
  await knex.schema.dropTable('replicas');
  await knex.schema.dropTable('leases');
  await knex.schema.dropTable('clusters');
};
