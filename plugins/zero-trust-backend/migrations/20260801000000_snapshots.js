// @ts-check
/**
 * What was seen of every cluster, so that any replica can ask the engine about
 * it. Objects lie in parts, by kind and by a sixteenth of the namespaces: a
 * change writes its part alone. Secrets are in none of them.
 */

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('snapshots', table => {
    table.comment('What is stored of the snapshot of every cluster');
    table.string('cluster', 255).primary();
    table.string('digest', 32).notNullable().comment('Hash of the head');
    table.string('observed_at', 32).notNullable();
    table
      .binary('head')
      .notNullable()
      .comment('Coverage, settings, and the digests of all parts; deflated');
  });

  await knex.schema.createTable('snapshot_parts', table => {
    table.comment('Objects of one kind of some namespaces');
    table.string('cluster', 255).notNullable();
    table.string('name', 64).notNullable();
    table.string('digest', 32).notNullable().comment('Hash of the body');
    table.binary('body').notNullable().comment('Deflated JSON');
    table.primary(['cluster', 'name']);
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('snapshot_parts');
  await knex.schema.dropTable('snapshots');
};
