{{ visible_rows("published_statistic") }}
