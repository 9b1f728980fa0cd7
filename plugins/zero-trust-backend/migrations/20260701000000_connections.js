// @ts-check
/**
 * Who may reach whom. All connections of a cluster are one compressed body, and
 * so is its matrix of namespaces; they are written only where they became
 * others, apart from the row that says how fresh they are.
 */

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('connections', table => {
    table.comment('What is stored of the connections of every cluster');
    table.string('cluster', 255).primary();
    table.string('digest', 32).notNullable().comment('Hash of all of it');
    table.string('evaluated_at', 32).notNullable();
    table.text('caveats').notNullable().comment('Sentences, as JSON');
  });

  await knex.schema.createTable('connection_maps', table => {
    table.comment('All connections of a cluster');
    table.string('cluster', 255).primary();
    table.string('digest', 32).notNullable().comment('That of the connections');
    table.binary('map').notNullable().comment('Deflated JSON');
    table.binary('matrix').notNullable().comment('Deflated JSON');
  });

  await knex.schema.createTable('blast_radii', table => {
    table.comment('How far somebody gets who takes over a workload');
    table.string('workload_id', 32).primary();
    table.string('cluster', 255).notNullable();
    table.text('kind').notNullable();
    table.text('namespace').notNullable();
    table.text('name').notNullable();
    table.text('search').notNullable().comment('What a search looks into');
    table.integer('direct').notNullable();
    table.integer('total').notNullable();
    table.integer('possible').notNullable();
    table.integer('out_of').notNullable();
    table.boolean('outside').notNullable();
    table
      .string('fingerprint', 64)
      .notNullable()
      .comment('Hash of what is said of its connections');
    table.index(['cluster'], 'blast_radii_cluster_idx');
    table.index(['total', 'possible'], 'blast_radii_total_idx');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('blast_radii');
  await knex.schema.dropTable('connection_maps');
  await knex.schema.dropTable('connections');
};
