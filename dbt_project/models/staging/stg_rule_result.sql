with

rule_results as (
    select
        rule_results.load_id,
        rule_results.record,
        rule_results.rule,
        rule_results.severity,
        rule_results.checked,
        rule_results.failed,
        rule_results.could_not_run
    from {{ source("audit", "rule_results") }} as rule_results
)

select * from rule_results
