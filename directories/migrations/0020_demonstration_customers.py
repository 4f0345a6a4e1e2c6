from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directories', '0019_customer_records'),
    ]

    operations = [
        migrations.AlterField(
            model_name='organization',
            name='demonstration',
            field=models.CharField(blank=True, choices=[('prepared', 'Prepared'), ('pushed', 'Filled by its first push'), ('customers', 'Filled with customers too')], db_default='', default='', max_length=16),
        ),
    ]
